import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { kernelsName, packageFolder } from '../../src/setup/binding.js';
import { ensureTensorFlow, stageKernels, stageTensorFlow } from '../../src/setup/tensorflow.js';
import { buildHere } from '../../src/setup/wheels.js';
import { temporaryFolder } from './_folder.js';

const folder = temporaryFolder();
const quiet = () => {};

/** A folder of programs, each a line of shell. */
function programs(name: string, lines: Record<string, string>): string {
  const bin = path.join(folder, name);
  mkdirSync(bin);
  for (const [program, line] of Object.entries(lines)) {
    writeFileSync(path.join(bin, program), `#!/bin/sh\n${line}\n`);
    chmodSync(path.join(bin, program), 0o755);
  }
  return bin;
}

async function refusal(PATH: string, more: NodeJS.ProcessEnv = {}): Promise<KgmentorError> {
  const cache = path.join(folder, 'cache');
  try {
    await stageTensorFlow({ cache, log: quiet, env: { PATH, ...more } });
  } catch (error) {
    assert.ok(error instanceof KgmentorError, String(error));
    return error;
  }
  throw new Error('It was staged without its tools.');
}

test('without any tool on the PATH one sentence names all that is missing and how to get it', async () => {
  const error = await refusal(programs('none', {}));
  assert.equal(error.code, 'USAGE');
  assert.equal(
    error.message,
    'The native TensorFlow needs Python 3, pip and a C++ compiler, not found here.',
  );
  assert.match(error.next ?? '', /`apt-get install python3 python3-pip g\+\+`/);
  assert.match(error.next ?? '', /`brew install python gcc`/);
  assert.equal(existsSync(path.join(folder, 'cache')), false, 'nothing was begun');
});

test('a Python without pip is told from no Python', async () => {
  const bin = programs('no-pip', { python3: 'test "$1" = --version', 'clang++': 'exit 0' });
  const error = await refusal(bin);
  assert.equal(error.message, 'The native TensorFlow needs pip, not found here.');
  assert.match(error.next ?? '', /`apt-get install python3-pip`/);
});

test('a compiler named by CXX that does not run is missing, whatever else there is', async () => {
  const bin = programs('other-compiler', { python3: 'exit 0', 'c++': 'exit 0' });
  const error = await refusal(bin, { CXX: 'no-such-compiler' });
  assert.equal(error.message, 'The native TensorFlow needs a C++ compiler, not found here.');
});

test('a fetch that fails says what pip said, and leaves nothing half done', async () => {
  const said = 'echo "ERROR: no index to be reached" >&2; exit 1';
  const bin = programs('offline', { python3: `case "$*" in *download*) ${said};; esac`, 'c++': 'exit 0' });
  const error = await refusal(bin);
  assert.equal(error.code, 'UNREACHABLE');
  assert.match(error.message, /could not be fetched.*no index to be reached/s);
  assert.deepEqual(readdirSync(path.join(folder, 'cache')), []);
});

test('what is staged once needs no tool any more', async () => {
  // The tests run on the library that the launcher staged; another cache folder that points to it stands for it.
  const lib = path.join(packageFolder(), 'lib');
  const cache = path.join(folder, 'linked');
  symlinkSync(path.dirname(realpathSync(lib)), cache);
  const { library, binding } = await stageTensorFlow({ cache, log: quiet, env: { PATH: '' } });
  assert.ok(existsSync(path.join(library, 'lib', 'libtensorflow_cc.so.2')));
  assert.ok(existsSync(path.join(binding, 'napi-v8', 'tfjs_binding.node')));
});

test('kernels that do not compile cost one line, not the native library', async () => {
  const cache = path.join(folder, 'no-kernels');
  mkdirSync(cache);
  const library = path.join(realpathSync(path.join(packageFolder(), 'lib')), '..', buildHere('cpu').name);
  symlinkSync(library, path.join(cache, path.basename(library)));
  const refuses = 'case "$*" in *--version*) exit 0;; *kernels.cc*) echo "no such target" >&2; exit 1;; esac';
  const makes = 'while [ "$1" != -o ]; do shift; done; : > "$2"';
  const CXX = path.join(programs('half', { cxx: `${refuses}; ${makes}` }), 'cxx');
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const { binding } = await stageTensorFlow({ cache, log, env: { ...process.env, CXX } });
  assert.deepEqual(readdirSync(path.join(binding, 'napi-v8')), ['tfjs_binding.node']);
  const [compiling, told, ...rest] = lines;
  assert.match(compiling, /^Compiling/);
  const refused = /^kgmentor's kernels do not compile.*`kgmentor setup` tries again.*no such target/s;
  assert.match(told, refused);
  assert.deepEqual(rest, []);
  // Tried again: with the same compiler, and with one that can.
  await stageKernels({ cache, log, env: { ...process.env, CXX } });
  assert.match(lines[2], refused);
  const able = path.join(
    programs('able', { cxx: `case "$*" in *--version*) exit 0;; esac; ${makes}` }),
    'cxx',
  );
  await stageKernels({ cache, log, env: { ...process.env, CXX: able } });
  assert.equal(lines.length, 3);
  assert.deepEqual(readdirSync(path.join(binding, 'napi-v8')).sort(), [kernelsName(), 'tfjs_binding.node']);
  await stageKernels({ cache, log, env: { PATH: '' } }); // needs no compiler any more
});

test('a set-up that is complete is seen in less than a tenth of a second', async () => {
  const lines: string[] = [];
  await ensureTensorFlow((line) => void lines.push(line));
  const begin = performance.now();
  await ensureTensorFlow((line) => void lines.push(line));
  assert.ok(performance.now() - begin < 100);
  assert.deepEqual(lines, []);
});
