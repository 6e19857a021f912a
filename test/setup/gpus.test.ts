import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { gpus, wantsCuda } from '../../src/setup/gpus.js';
import { buildHere } from '../../src/setup/wheels.js';
import { temporaryFolder } from './_folder.js';

const folder = temporaryFolder();
const made = (name: string, entries: readonly string[]): string => {
  for (const entry of ['', ...entries]) mkdirSync(path.join(folder, name, entry), { recursive: true });
  return path.join(folder, name);
};
const driver = made('driver', ['0000:01:00.0', '0000:02:00.0']);
const devices = made('dev', ['nvidia0', 'nvidiactl', 'nvidia-uvm', 'null']);
const wsl = { driver: path.join(folder, 'none'), devices: made('wsl', ['dxg', 'null']) };
const none = path.join(folder, 'none');
const PATH = made('bin', []);
const nowhere = { driver: none, devices: none };

describe('NVIDIA devices', () => {
  it('are those of the driver, or those that CUDA_VISIBLE_DEVICES names', () => {
    const places = { driver, devices: none };
    assert.deepEqual(gpus({ PATH }, places), ['0', '1']);
    assert.deepEqual(gpus({ PATH, CUDA_VISIBLE_DEVICES: '1' }, places), ['1']);
    assert.deepEqual(gpus({ PATH, CUDA_VISIBLE_DEVICES: '1, GPU-8f' }, places), ['1', 'GPU-8f']);
    assert.deepEqual(gpus({ PATH, CUDA_VISIBLE_DEVICES: '1,-1,0' }, places), ['1'], 'as CUDA reads it');
    for (const hidden of ['-1', '']) {
      assert.deepEqual(gpus({ PATH, CUDA_VISIBLE_DEVICES: hidden }, places), []);
      assert.equal(wantsCuda({ PATH, CUDA_VISIBLE_DEVICES: hidden }, places), true, 'hidden for now only');
    }
  });

  it('are counted by their files where the driver lists none, or by nvidia-smi in WSL 2', () => {
    assert.deepEqual(gpus({ PATH }, { driver: none, devices }), ['0']);
    assert.deepEqual(gpus({ PATH }, nowhere), []);
    assert.equal(wantsCuda({ PATH }, nowhere), false);
    assert.deepEqual(gpus({ PATH, CUDA_VISIBLE_DEVICES: '0' }, nowhere), [], 'naming one makes none');
    const smi = path.join(PATH, 'nvidia-smi');
    const lines = [0, 1, 2].map((i) => `GPU ${i}: NVIDIA A10G (UUID: GPU-${i})`).join('\n');
    writeFileSync(smi, `#!/bin/sh\ntest "$1" = -L && echo '${lines}'\n`);
    chmodSync(smi, 0o755);
    assert.deepEqual(gpus({ PATH }, wsl), ['0', '1', '2']);
    assert.deepEqual(gpus({ PATH }, nowhere), [], 'elsewhere it is not asked');
    writeFileSync(
      smi,
      '#!/bin/sh\necho "NVIDIA-SMI has failed because it could not reach the driver." \nexit 9\n',
    );
    assert.deepEqual(gpus({ PATH }, wsl), []);
  });

  it('give way to KGMENTOR_DEVICE', () => {
    const places = { driver, devices };
    assert.deepEqual(gpus({ PATH, KGMENTOR_DEVICE: 'cpu' }, places), []);
    assert.equal(wantsCuda({ PATH, KGMENTOR_DEVICE: 'cpu' }, places), false);
    assert.equal(wantsCuda({ PATH, KGMENTOR_DEVICE: 'gpu' }, nowhere), true);
    assert.deepEqual(gpus({ PATH, KGMENTOR_DEVICE: 'gpu' }, nowhere), ['0']);
    assert.equal(wantsCuda({ PATH, KGMENTOR_DEVICE: '' }, places), true);
    assert.throws(() => wantsCuda({ PATH, KGMENTOR_DEVICE: 'tpu' }, places), { code: 'USAGE' });
  });
});

describe('the builds of TensorFlow', () => {
  it('lie apart in the cache, each wheel pinned by a whole hash', {
    skip: process.platform !== 'linux',
  }, () => {
    const builds = [buildHere('cpu'), buildHere('cuda')].flatMap((build) => build ?? []);
    assert.equal(new Set(builds.map(({ name }) => name)).size, builds.length);
    for (const { sha256 } of builds.flatMap(({ wheels }) => wheels)) assert.match(sha256, /^[0-9a-f]{64}$/);
  });
});
