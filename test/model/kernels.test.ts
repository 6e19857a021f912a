import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { device, hasKernels, tf } from '../../src/model/backend.js';
import { kernels } from '../../src/model/kernels.js';
import { composed } from '../../src/model/nativeOps.js';
import { runTool } from '../../src/setup/tools.js';
import { CALLS, random, SCORES, SIZES, WIDE } from './_fusedOps.js';

const { gpu } = device();
const onCpu = { skip: gpu ? 'kernels are for CPUs' : false };

test('set-up made kernels that TensorFlow took', onCpu, () => {
  assert.equal(device().withoutKernels, undefined);
  assert.equal(hasKernels, true);
});

for (const [name, call] of Object.entries(CALLS))
  test(`${name}: the kernel's numbers are those of TensorFlow's own operations`, onCpu, () => {
    for (const [rows, columns] of SCORES.includes(name) ? [...SIZES, WIDE] : SIZES)
      tf.tidy(() => {
        const [mine, theirs] = [kernels, composed].map((ops) => call(ops, rows, columns));
        assert.equal(mine.length, theirs.length);
        for (const [i, tensor] of mine.entries()) {
          const at = `output ${i} of [${rows}, ${columns}]`;
          assert.deepEqual(tensor.shape, theirs[i].shape, at);
          const apart = tf.max(tf.abs(tf.sub(tensor, theirs[i]))).dataSync()[0];
          const size = Math.max(1, tf.max(tf.abs(theirs[i])).dataSync()[0]);
          assert.ok(apart <= 2e-6 * size, `${at}: ${apart} apart of ${size}`);
        }
      });
  });

test(
  'numbers far apart neither overflow nor vanish from the sums, and what is no number is told',
  onCpu,
  () => {
    tf.tidy(() => {
      const far = kernels.exponentials(tf.tensor2d([[-3e4, 3e4, 0]]), 1);
      assert.deepEqual([...far.sum.dataSync()], [1]);
      assert.deepEqual([...far.logSum.dataSync()], [3e4]);
      const near = kernels.pulls?.(tf.tensor2d([[-1, 1e8]]), 1e-8);
      assert.deepEqual([...(near?.sum.dataSync() ?? [])], [1]);
      assert.equal(near?.strength.dataSync()[0].toFixed(0), '10000');
      const none = kernels.pulls?.(tf.tensor2d([[1, Number.NaN]]), 1e-8);
      assert.ok(Number.isNaN(none?.sum.dataSync()[0]) && Number.isNaN(none?.strength.dataSync()[0]));
      for (const values of [
        [Number.NaN, 1, 2],
        [0, Number.NaN, 2],
        [Number.POSITIVE_INFINITY, 1, 2],
      ]) {
        const { sum, logSum } = kernels.exponentials(tf.tensor2d([values]), 1);
        assert.ok(Number.isNaN(sum.dataSync()[0]) && Number.isNaN(logSum.dataSync()[0]), String(values));
      }
      for (const [values, own] of [
        [[1, Number.NaN], 1],
        [[1, 2], Number.NaN],
      ] as const)
        assert.ok(
          Number.isNaN(kernels.standings(tf.tensor2d([...values], [1, 2]), tf.tensor1d([own])).dataSync()[0]),
        );
      const { hidden } = kernels.lstmStep(tf.tensor2d([[1, Number.NaN, 1, 1]]), tf.zeros([4]));
      assert.ok(!Number.isNaN(hidden.dataSync()[0]), 'there is nothing to forget in a first step');
      assert.ok(Number.isNaN(kernels.roots(tf.tensor2d([[Number.NaN]]), 1).dataSync()[0]));
    });
  },
);

test('an exponential and a tanh are within some units of the last place, at all sizes', onCpu, () => {
  tf.tidy(() => {
    const n = 20_001;
    const x = Float32Array.from({ length: n }, (_, i) => -80 + (80 * i) / (n - 1));
    const { exp } = kernels.exponentials(tf.tensor2d(x, [1, n]), 1); // the largest is 0
    for (const [i, y] of exp.dataSync().entries()) {
      const right = Math.exp(x[i]);
      assert.ok(Math.abs(y - right) <= 4e-7 * right, `exp(${x[i]}) is ${y}`);
    }
    // With the other gates open a first step's cell is the candidate's tanh.
    const open = 60;
    const t = Float32Array.from({ length: n }, (_, i) => -5 + (10 * i) / (n - 1));
    const ones = tf.fill([1, n], open) as Tensor2D;
    const token = tf.concat2d([ones, ones, tf.tensor2d(t, [1, n]), ones], 1);
    const { cell } = kernels.lstmStep(token, tf.zeros([4 * n]));
    for (const [i, y] of cell.dataSync().entries()) {
      const right = Math.tanh(t[i]);
      assert.ok(Math.abs(y - right) <= 4e-7 * Math.max(Math.abs(right), 1e-7), `tanh(${t[i]}) is ${y}`);
    }
  });
});

test('arrays whose shapes do not fit are refused, not read beyond their ends', onCpu, () => {
  tf.tidy(() => {
    assert.throws(
      () => kernels.minus(random([3, 4], 1), random([3, 5], 2), random([3, 1], 3)),
      /Shapes do not fit/,
    );
    assert.throws(() => kernels.complexProduct(random([3, 5], 1), random([3, 5], 2)), /Shapes do not fit/);
    assert.throws(() => kernels.standings(random([3, 4], 1), tf.zeros([2])), /Shapes do not fit/);
  });
});

test('the bits do not depend on how many threads there are', onCpu, async () => {
  const ops = new URL('./_fusedOps.js', import.meta.url).href;
  const root = new URL('../../src/model/', import.meta.url).href;
  const script = `
    const { CALLS, SIZES } = await import('${ops}');
    const { kernels } = await import('${root}kernels.js');
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256');
    for (const call of Object.values(CALLS))
      for (const size of SIZES) for (const tensor of call(kernels, ...size)) hash.update(tensor.dataSync());
    console.log(hash.digest('hex'));`;
  const digests = [];
  for (const threads of ['1', '2', '5'])
    digests.push(
      await runTool(process.execPath, ['--input-type=module', '-e', script], {
        ...process.env,
        TF_NUM_INTRAOP_THREADS: threads,
      }),
    );
  assert.match(digests[0].trim(), /[0-9a-f]{64}$/);
  assert.deepEqual(new Set(digests).size, 1);
});
