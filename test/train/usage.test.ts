import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { forkTensorFlow, tensorFlowEnvironment } from '../../src/train/fork.js';
import { usageOf } from '../../src/train/usage.js';
import { folder } from './_graph.js';

describe('the environment of a training', () => {
  it('shows the GPU that was given, all without one, and none where the CPU is asked for', () => {
    const shown = (device?: string, env: NodeJS.ProcessEnv = {}) =>
      tensorFlowEnvironment(2, device, env).CUDA_VISIBLE_DEVICES;
    assert.equal(shown('1', { CUDA_VISIBLE_DEVICES: '0,1' }), '1');
    assert.equal(shown(undefined, { CUDA_VISIBLE_DEVICES: '0,1' }), '0,1');
    assert.equal(shown(), undefined);
    assert.equal(shown(undefined, { KGMENTOR_DEVICE: 'cpu' }), '-1');
    assert.throws(() => shown(undefined, { KGMENTOR_DEVICE: 'tpu' }), { code: 'USAGE' });
  });

  it('has threads of its own, and what the caller set', () => {
    const env = tensorFlowEnvironment(2, undefined, { TF_NUM_INTRAOP_THREADS: '9', CUDA_DEVICE_ORDER: 'X' });
    assert.equal(env.TF_NUM_INTRAOP_THREADS, '2');
    assert.equal(env.CUDA_DEVICE_ORDER, 'X');
    assert.equal(env.TF_FORCE_GPU_ALLOW_GROWTH, 'true');
    assert.equal(env.TF_DETERMINISTIC_OPS, undefined, 'follows from what TensorFlow runs on');
  });

  it('asks glibc for large pages beside what the caller asks of it, unless that is of pages', () => {
    const tunables = (given?: string) =>
      tensorFlowEnvironment(2, undefined, { GLIBC_TUNABLES: given }).GLIBC_TUNABLES;
    assert.equal(tunables(), 'glibc.malloc.hugetlb=1');
    assert.equal(tunables('glibc.malloc.check=1'), 'glibc.malloc.check=1:glibc.malloc.hugetlb=1');
    assert.equal(tunables('glibc.malloc.hugetlb=0'), 'glibc.malloc.hugetlb=0');
    const given = { MALLOC_MMAP_THRESHOLD_: '1000' };
    assert.equal(tensorFlowEnvironment(2, undefined, given).MALLOC_MMAP_THRESHOLD_, '1000');
  });
});

describe('what a training says', () => {
  it('leaves out that no GPU is seen where all are hidden from it', async () => {
    const script = join(folder(), 'child.mjs');
    const noGpu = 'E0000 00:00:17 11 cuda_platform.cc:52] failed call to cuInit: INTERNAL';
    writeFileSync(script, `console.error(${JSON.stringify(`${noGpu}\nE0000 another error`)})`);
    const heard = async (device: string) => {
      const { child, said } = forkTensorFlow(pathToFileURL(script), [], 1, device);
      await once(child, 'close');
      return said().split('\n');
    };
    assert.deepEqual(await heard('-1'), ['E0000 another error']);
    assert.deepEqual(await heard('0'), [noGpu, 'E0000 another error']);
  });
});

describe('what a training uses', () => {
  it('is told of the CPU with resident memory', async () => {
    const used = await usageOf({ backend: 'tensorflow', gpu: false })();
    assert.equal(used.device, 'the CPU');
    assert.ok(used.memoryMb > 10 && used.memoryMb < 10_000);
    assert.equal(used.gpuMemoryMb, undefined);
    assert.equal((await usageOf({ backend: 'wasm', gpu: false })()).device, 'WebAssembly');
  });

  it('is told of the GPU that it sees first, with its memory where nvidia-smi tells it', async () => {
    const PATH = folder();
    const seesFirst = (CUDA_VISIBLE_DEVICES: string) =>
      usageOf({ backend: 'tensorflow', gpu: true }, { PATH, CUDA_VISIBLE_DEVICES });
    const onGpu = seesFirst('2,3');
    assert.equal((await onGpu()).gpuMemoryMb, undefined);
    const line = 'test "$*" = "--query-gpu=memory.used --format=csv,noheader,nounits -i 2" && echo 5120';
    writeFileSync(join(PATH, 'nvidia-smi'), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    assert.equal((await onGpu()).gpuMemoryMb, undefined, 'asked a moment ago');
    const { device, gpuMemoryMb } = await seesFirst('2,3')();
    assert.deepEqual({ device, gpuMemoryMb }, { device: 'GPU 2', gpuMemoryMb: 5120 });
    assert.equal((await seesFirst('GPU-8f,3')()).device, 'GPU-8f');
  });
});
