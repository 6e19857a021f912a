import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { runTool } from '../../src/setup/tools.js';
import { fetchLibrary } from '../../src/setup/wheel.js';
import type { Build } from '../../src/setup/wheels.js';
import { temporaryFolder } from './_folder.js';

const folder = temporaryFolder();
const build: Build = {
  name: 'small',
  cuda: true,
  wheels: [
    { project: 'tensorflow', version: '2.0', sha256: 'a'.repeat(64) },
    { project: 'nvidia-cusolver-cu12', version: '11.1', sha256: 'b'.repeat(64) },
    { project: 'nvidia-cusparse-cu12', version: '12.1', sha256: 'c'.repeat(64) },
  ],
  platforms: ['manylinux_2_27_x86_64', 'manylinux2014_x86_64'],
  megabytes: 3338,
};

/** Wheels in small, each file holding its own name. */
const WHEELS = {
  'tensorflow-2.0-cp311.whl': [
    'tensorflow/libtensorflow_cc.so.2',
    'tensorflow/libtensorflow_framework.so.2',
    'tensorflow/include/tensorflow/c/c_api.h',
    'tensorflow/include/tensorflow/core/graph.h',
    'tensorflow/python/_pywrap_tfe.so',
  ],
  'nvidia_cusolver_cu12-11.1.whl': [
    'nvidia/cusolver/lib/libcusolver.so.11',
    'nvidia/cusolver/lib/libcusolverMg.so.11',
    'nvidia/cusolver/include/cusolver.h',
  ],
  'nvidia_cusparse_cu12-12.1.whl': ['nvidia/cusparse/lib/libcusparse.so.12'],
};

test('CUDA’s libraries are fetched with TensorFlow’s by their hashes and lie where it looks for them', async () => {
  const [bin, empty] = ['bin', 'empty'].map((name) => path.join(folder, name));
  for (const made of [bin, empty]) mkdirSync(made);
  const python = (await runTool('python3', ['-c', 'import sys; print(sys.executable)'])).trim();
  const pack = `import sys, zipfile
for name, files in ${JSON.stringify(WHEELS)}.items():
    with zipfile.ZipFile(sys.argv[1] + '/' + name, 'w') as z:
        for file in files: z.writestr(file, file)`;
  const asked = path.join(folder, 'asked.txt');
  writeFileSync(path.join(bin, 'pack.py'), pack);
  const pip = `echo "$*" > ${asked}; cat ${empty}/wheels.txt >> ${asked}; exec ${python} ${bin}/pack.py ${empty}`;
  writeFileSync(
    path.join(bin, 'python3'),
    `#!/bin/sh\ncase "$*" in *"pip download"*) ${pip};; esac\nexec ${python} "$@"\n`,
    { mode: 0o755 },
  );
  const said: string[] = [];
  await fetchLibrary(build, empty, (line) => said.push(line), { PATH: `${bin}:${process.env.PATH}` });
  assert.equal(
    said[0],
    'Fetching tensorflow==2.0 and the CUDA libraries that it loads (2) with pip (3,338 MB, once) …',
  );
  const [call, ...pins] = readFileSync(asked, 'utf8').trim().split('\n');
  assert.match(call, /--require-hashes.*--platform manylinux_2_27_x86_64 --platform manylinux2014_x86_64/);
  assert.deepEqual(pins, [
    `tensorflow==2.0 --hash=sha256:${'a'.repeat(64)}`,
    `nvidia-cusolver-cu12==11.1 --hash=sha256:${'b'.repeat(64)}`,
    `nvidia-cusparse-cu12==12.1 --hash=sha256:${'c'.repeat(64)}`,
  ]);
  assert.deepEqual(readdirSync(empty).sort(), ['include', 'lib', 'nvidia']);
  for (const [file, name] of [
    ['lib/libtensorflow.so', 'tensorflow/libtensorflow_cc.so.2'],
    ['lib/libtensorflow_framework.so', 'tensorflow/libtensorflow_framework.so.2'],
    ['include/tensorflow/c/c_api.h', 'tensorflow/include/tensorflow/c/c_api.h'],
    ['nvidia/cusolver/lib/libcusolver.so.11', 'nvidia/cusolver/lib/libcusolver.so.11'],
    ['nvidia/cusparse/lib/libcusparse.so.12', 'nvidia/cusparse/lib/libcusparse.so.12'],
    // TensorFlow does not search the folder of libcusolver.
    ['nvidia/cusparse/lib/libcusolver.so.11', 'nvidia/cusolver/lib/libcusolver.so.11'],
  ])
    assert.equal(readFileSync(path.join(empty, file), 'utf8'), name);
  for (const file of ['include/tensorflow/core', 'python', 'nvidia/cusolver/include'])
    assert.equal(existsSync(path.join(empty, file)), false, file);
});

test('of what pip says at each try the error tells the last, and why it gave up', async () => {
  const [bin, empty] = ['failing', 'nothing'].map((name) => path.join(folder, name));
  for (const made of [bin, empty]) mkdirSync(made);
  const tries = [3, 2, 1, 0].map((left) => `WARNING: Retrying (total=${left}): no route`);
  const said = [...tries, 'ERROR: No matching distribution found'].map((line) => `echo "${line}" >&2`);
  writeFileSync(path.join(bin, 'python3'), `#!/bin/sh\n${said.join('\n')}\nexit 1\n`, { mode: 0o755 });
  const fetched = fetchLibrary(build, empty, () => {}, { PATH: `${bin}:${process.env.PATH}` });
  await assert.rejects(fetched, {
    message:
      'tensorflow==2.0 could not be fetched. python3 failed (exit code 1): WARNING: Retrying (total=0): no route\nERROR: No matching distribution found',
  });
});
