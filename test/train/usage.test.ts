import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { tensorFlowEnvironment } from '../../src/train/fork.js';
import { usageOf } from '../../src/train/usage.js';
import { folder } from './_graph.js';

describe('the environment of a training', () => {
  it('hides all GPUs where none is to be used, and keeps sums in order', () => {
    for (const env of [
      tensorFlowEnvironment(2, undefined, {}, []),
      tensorFlowEnvironment(2, '-1', {}, ['0']),
    ]) {
      assert.equal(env.CUDA_VISIBLE_DEVICES, '-1');
      assert.equal(env.TF_DETERMINISTIC_OPS, '1');
      assert.equal(env.TF_NUM_INTRAOP_THREADS, '2');
      assert.equal(env.TF_FORCE_GPU_ALLOW_GROWTH, undefined);
    }
  });

  it('shows the GPU that was given, or all, with what a GPU wants', () => {
    const one = tensorFlowEnvironment(1, '1', {}, ['0', '1']);
    assert.equal(one.CUDA_VISIBLE_DEVICES, '1');
    assert.equal(one.TF_DETERMINISTIC_OPS, '0');
    assert.equal(one.TF_FORCE_GPU_ALLOW_GROWTH, 'true');
    assert.equal(tensorFlowEnvironment(1, undefined, {}, ['0', '1']).CUDA_VISIBLE_DEVICES, '0,1');
    assert.equal(
      tensorFlowEnvironment(1, '0', { TF_DETERMINISTIC_OPS: '1' }, ['0']).TF_DETERMINISTIC_OPS,
      '1',
    );
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
    const onGpu = usageOf({ backend: 'tensorflow', gpu: true }, { PATH, CUDA_VISIBLE_DEVICES: '2,3' });
    assert.equal((await onGpu()).gpuMemoryMb, undefined);
    const line = 'test "$*" = "--query-gpu=memory.used --format=csv,noheader,nounits -i 2" && echo 5120';
    writeFileSync(join(PATH, 'nvidia-smi'), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    const { device, gpuMemoryMb } = await onGpu();
    assert.deepEqual({ device, gpuMemoryMb }, { device: 'GPU 2', gpuMemoryMb: 5120 });
  });
});
