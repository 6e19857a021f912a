import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { device, tf } from '../../src/model/backend.js';
import { createResource, read, scatterAddRows } from '../../src/model/ops.js';

test('many scattered rows add up to the same bits each time, on the CPU', {
  skip: device().gpu || process.env.TF_DETERMINISTIC_OPS === '0',
}, async () => {
  const [n, rows, width] = [20_000, 20, 64];
  const random = seededRandom(1);
  const updates = tf.tensor2d(gaussians(n * width, 1, random), [n, width]);
  const to = tf.tensor1d(
    Int32Array.from({ length: n }, () => Math.floor(rows * random())),
    'int32',
  );
  const sums: Float32Array[] = [];
  for (let i = 0; i < 12; i++) {
    const resource = createResource(tf.zeros([rows, width]));
    scatterAddRows(resource, to, updates);
    sums.push((await read(resource).data()) as Float32Array);
  }
  for (const sum of sums) assert.deepEqual(sum, sums[0]);
});
