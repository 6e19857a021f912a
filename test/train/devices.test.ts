import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sharesOf, usedGpus } from '../../src/train/devices.js';

describe('what several trainings share', () => {
  it('is a core each where there is no GPU, more where there are more cores', () => {
    const machine = (cores: number) => ({ cores, devices: [] });
    assert.deepEqual(sharesOf(5, machine(2)), { parallel: 2, threads: 1, devices: [] });
    assert.deepEqual(sharesOf(3, machine(8)), { parallel: 3, threads: 2, devices: [] });
    assert.deepEqual(sharesOf(3, machine(8), { threads: 4 }), { parallel: 2, threads: 4, devices: [] });
    assert.deepEqual(sharesOf(3, machine(8), { parallel: 1 }), { parallel: 1, threads: 8, devices: [] });
    assert.deepEqual(sharesOf(3, machine(2), { threads: 4 }), { parallel: 1, threads: 4, devices: [] });
  });

  it('is a GPU each where there are some', () => {
    const shares = sharesOf(5, { cores: 8, devices: ['0', '1'] });
    assert.deepEqual(shares, { parallel: 2, threads: 4, devices: ['0', '1'] });
    const more = sharesOf(5, { cores: 8, devices: ['0', '1'] }, { parallel: 3 });
    assert.deepEqual(more.devices, ['0', '1', '0'], 'none sees all of them');
  });

  it('are no GPUs where TensorFlow runs on the CPU, however many are seen', async () => {
    assert.deepEqual(await usedGpus([]), []);
    const asked = process.env.KGMENTOR_DEVICE;
    process.env.KGMENTOR_DEVICE = 'cpu';
    try {
      assert.deepEqual(await usedGpus(['0', '1']), []);
    } finally {
      process.env.KGMENTOR_DEVICE = asked ?? '';
    }
  });
});
