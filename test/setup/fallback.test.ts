import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
function unbuilt(named: string): string {
  const at = path.join(folder, named);
  const [modules, own] = [path.join(root, 'node_modules'), path.join(at, 'node_modules')];
  mkdirSync(path.join(own, '@tensorflow'), { recursive: true });
  for (const part of [path.join('dist', 'src'), path.join('src', 'model', 'native')])
    cpSync(path.join(root, part), path.join(at, part), { recursive: true });
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
  const at = unbuilt('unbuilt');
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
  for (const asked of [
    { KGMENTOR_BACKEND: 'native' },
    { KGMENTOR_DEVICE: 'gpu' },
    { KGMENTOR_DEVICE: 'tpu' },
  ])
    await assert.rejects(
      ensureBackend(() => {}, asked, ensure),
      { code: 'USAGE' },
    );
});

test('where the CUDA build is wanted and cannot be fetched one line says so, once, and the CPU is used', {
  skip: process.platform !== 'linux' || process.arch !== 'x64',
}, async () => {
  const at = unbuilt('seen');
  const [bin, cache] = ['bin', 'cache-of-cpu'].map((name) => path.join(folder, name));
  mkdirSync(bin);
  const program = (name: string, line: string) =>
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  program('python3', 'case "$*" in *download*) echo "no room on the disk" >&2; exit 1;; esac');
  // The build for CPUs is that of the tests themselves.
  symlinkSync(path.dirname(realpathSync(path.join(packageFolder(), 'lib'))), cache);
  const ensure = pathToFileURL(path.join(at, 'dist', 'src', 'setup', 'tensorflow.js')).href;
  const script = path.join(folder, 'ensure.mjs');
  const call = 'await ensureTensorFlow((line) => lines.push(line), { cuda: true }); lines.push("--");';
  writeFileSync(
    script,
    `import { ensureTensorFlow } from '${ensure}';\nconst lines = [];\n${call}\n${call}\nconsole.log(JSON.stringify(lines));`,
  );
  const env = {
    ...process.env,
    KGMENTOR_CACHE: cache,
    KGMENTOR_DEVICE: '',
    PATH: `${bin}:${process.env.PATH}`,
  };
  const ensured = async () => JSON.parse(await runTool(process.execPath, [script], env)) as string[];
  const lines = await ensured();
  const [fetching, fallback, ...rest] = lines;
  assert.match(fetching, /^Fetching tensorflow==.* and the CUDA libraries that it loads/);
  assert.match(
    fallback,
    /^Trainings use the CPU, not the GPU of this machine\. .*no room on the disk `kgmentor setup` tries again\.$/,
  );
  assert.deepEqual(rest, ['TensorFlow is ready.', '--', '--']);
  assert.equal((await probed(at)).gpu, false);
  assert.deepEqual(await ensured(), ['--', '--']);
  const [lib, other] = [
    path.join(at, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib'),
    path.join(folder, 'other'),
  ];
  cpSync(realpathSync(lib), other, { recursive: true });
  rmSync(lib);
  symlinkSync(other, lib);
  assert.ok((await ensured()).includes('TensorFlow is ready.'), 'another build was pointed to since');
  assert.notEqual(realpathSync(lib), other);
  await assert.rejects(runTool(process.execPath, [script], { ...env, KGMENTOR_DEVICE: 'gpu' }), /no room/);
});
