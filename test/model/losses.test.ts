import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';
import { complex } from '../../src/model/encoders/complex.js';
import { distmult } from '../../src/model/encoders/distmult.js';
import { featureLoss, networkLoss } from '../../src/model/losses.js';

const numbers = (rows: number, columns: number, seed: number) =>
  gaussians(rows * columns, 1, seededRandom(seed));

/** Compares the tape's gradient with central differences in each coordinate. */
function checkGradient(f: (x: Tensor2D) => Scalar, rows: number, columns: number, seed: number): void {
  tf.tidy(() => {
    const at = numbers(rows, columns, seed);
    const gradient = tf
      .grad((x: Tensor) => f(x as Tensor2D))(tf.tensor2d(at, [rows, columns]))
      .dataSync();
    const value = (i: number, by: number): number => {
      const moved = at.slice();
      moved[i] += by;
      return f(tf.tensor2d(moved, [rows, columns])).dataSync()[0];
    };
    for (let i = 0; i < at.length; i++) {
      const expected = (value(i, 1e-2) - value(i, -1e-2)) / 2e-2;
      assert.ok(
        Math.abs(gradient[i] - expected) < 2e-2 * Math.max(1, Math.abs(expected)),
        `coordinate ${i}: ${gradient[i]}, by differences ${expected}`,
      );
    }
  });
}

test('the feature loss has the gradient of its definition, by vectors and by the projection', () => {
  const teacher = tf.tensor2d(numbers(4, 5, 1), [4, 5]);
  const weight = tf.tensor2d([1, 0, 0.5, 2], [4, 1]);
  const projection = tf.tensor2d(numbers(3, 5, 2), [3, 5]);
  const student = tf.tensor2d(numbers(4, 3, 3), [4, 3]);
  checkGradient((x) => featureLoss(x, projection, teacher, weight), 4, 3, 3);
  checkGradient((x) => featureLoss(student, x, teacher, weight), 3, 5, 2);
});

test('the feature loss is 0 where the projection already gives the teacher, and ignores unlinked rows', () => {
  tf.tidy(() => {
    const teacher = tf.tensor2d(numbers(3, 4, 1), [3, 4]);
    const same = featureLoss(tf.mul(teacher, 3) as Tensor2D, tf.eye(4), teacher, tf.ones([3, 1]));
    assert.ok(Math.abs(same.dataSync()[0]) < 1e-5);
    const other = tf.tensor2d(numbers(3, 4, 9), [3, 4]);
    assert.equal(featureLoss(other, tf.eye(4), teacher, tf.zeros([3, 1])).dataSync()[0], 0);
  });
});

test('the network loss has the gradient of its definition and is 0 for a rotated copy of the teacher', () => {
  const teacher = tf.tensor2d(numbers(4, 5, 1), [4, 5]);
  const mask = tf.tensor2d([1, 1, 0, 1], [4, 1]);
  checkGradient((x) => networkLoss(x, teacher, mask), 4, 3, 3);
  tf.tidy(() => {
    const turned = tf.reverse(teacher, 1) as Tensor2D;
    assert.ok(networkLoss(turned, teacher, mask).dataSync()[0] < 1e-6);
  });
});

const encoder = complex({ dim: 4, layers: 1, heads: 1 });

test('the N3 penalty has the gradient of its definition, over complex and over real numbers', () => {
  // As in a step, the weight is made where the tape is on.
  const weight = () => tf.tensor2d([1, 0.5, 2], [3, 1]);
  for (const { penalty } of [encoder, distmult({ dim: 4, layers: 1, heads: 1 })])
    checkGradient((x) => penalty(x, weight()), 3, 4, 5);
});

test('a ComplEx query times a tail is the real part of the trilinear product', () => {
  tf.tidy(() => {
    const [h, r, t] = [1, 2, 3].map((seed) => numbers(1, 4, seed));
    const [entity, relation] = [tf.tensor2d(h, [1, 4]), tf.tensor2d(r, [1, 4])];
    const { query } = encoder.forward(entity, relation, {}, { size: 1, hops: 1 });
    const score = tf.sum(tf.mul(query, tf.tensor2d(t, [1, 4]))).dataSync()[0];
    let expected = 0;
    for (let j = 0; j < 2; j++) {
      const re = h[j] * r[j] - h[j + 2] * r[j + 2];
      const im = h[j] * r[j + 2] + h[j + 2] * r[j];
      expected += re * t[j] + im * t[j + 2]; // real part of (h r) times the conjugate of t
    }
    assert.ok(Math.abs(score - expected) < 1e-5);
  });
});
