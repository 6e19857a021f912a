import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Device } from '../../src/events.js';
import { packageFolder } from '../../src/setup/binding.js';
import { ensureBackend } from '../../src/setup/fallback.js';
import { stageTensorFlow } from '../../src/setup/tensorflow.js';
import { runTool } from '../../src/setup/tools.js';
import { temporaryFolder } from './_folder.js';

const folder = temporaryFolder();
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** An installation beside this one, whose native library was never built. */
function unbuilt(): string {
  const at = path.join(folder, 'unbuilt');
  const [modules, own] = [path.join(root, 'node_modules'), path.join(at, 'node_modules')];
  mkdirSync(path.join(own, '@tensorflow'), { recursive: true });
  cpSync(path.join(root, 'dist', 'src'), path.join(at, 'dist', 'src'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(at, 'package.json'));
  const link = (name: string) => symlinkSync(path.join(modules, name), path.join(own, name));
  for (const name of readdirSync(modules)) if (!['@tensorflow', '.bin'].includes(name)) link(name);
  for (const name of readdirSync(path.join(modules, '@tensorflow')))
    if (name !== 'tfjs-node-gpu') link(path.join('@tensorflow', name));
  const made = ['lib', 'deps'].map((name) => path.join(packageFolder(), name));
  cpSync(packageFolder(), path.join(own, '@tensorflow', 'tfjs-node-gpu'), {
    recursive: true,
    filter: (file) => !made.includes(file),
  });
  return at;
}

async function probed(at: string, backend = ''): Promise<Partial<Device> & { reason?: string }> {
  const probe = pathToFileURL(path.join(at, 'dist', 'src', 'train', 'probe.js')).href;
  const script = path.join(folder, 'probe.mjs');
  writeFileSync(
    script,
    `const { probe } = await import('${probe}');\nconsole.log(JSON.stringify(await probe()));`,
  );
  return JSON.parse(await runTool(process.execPath, [script], { ...process.env, KGMENTOR_BACKEND: backend }));
}

test('where the native library was not built WebAssembly stands in and the reason is told', async () => {
  const at = unbuilt();
  const found = await probed(at);
  assert.equal(found.backend, 'wasm');
  assert.match(
    found.fallback ?? '',
    /^The Node.js native addon module \(tfjs_binding.node\) can not be found/,
  );
  assert.match((await probed(at, 'native')).reason ?? '', /^The native TensorFlow cannot be loaded/);
});

test('KGMENTOR_BACKEND chooses, and a word that it does not know is refused', async () => {
  assert.equal((await probed(root)).backend, 'tensorflow');
  assert.deepEqual(await probed(root, 'wasm'), { backend: 'wasm', gpu: false, version: '4.22.0' });
  assert.equal((await probed(root, 'gpu')).reason, 'KGMENTOR_BACKEND is "gpu"; native or wasm expected.');
});

test('a set-up that lacks its tools says so in one line and chooses WebAssembly', async () => {
  const ensure = async () =>
    void (await stageTensorFlow({ cache: path.join(folder, 'cache'), log: () => {}, env: { PATH: folder } }));
  const env: NodeJS.ProcessEnv = {};
  const said: string[] = [];
  await ensureBackend((line) => said.push(line), env, ensure);
  assert.equal(env.KGMENTOR_BACKEND, 'wasm');
  assert.equal(said.length, 1);
  assert.match(
    said[0],
    /^TensorFlow runs on WebAssembly, .* needs Python 3, pip and a C\+\+ compiler, not found here\. Install with .*$/,
  );
  await assert.rejects(
    ensureBackend(() => {}, { KGMENTOR_BACKEND: 'native' }, ensure),
    { code: 'USAGE' },
  );
});
