import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';
import { type Geometry, scoring } from '../../src/model/geometry.js';
import { head } from '../../src/model/head.js';
import { createResource, read } from '../../src/model/ops.js';
import { makeTargets, type Targets } from '../../src/model/targets.js';

const random = (rows: number, columns: number, seed: number): Tensor2D =>
  tf.tensor2d(gaussians(rows * columns, 1, seededRandom(seed)), [rows, columns]);

/** Scores by the definition of a geometry. */
function plainScores(geometry: Geometry, query: Tensor2D, table: Tensor2D): Tensor2D {
  if (geometry === 'dot') return tf.matMul(query, table, false, true);
  if (geometry === 'unit') return tf.matMul(query, tf.div(table, tf.norm(table, 2, 1, true)), false, true);
  const differences = tf.sub(tf.expandDims(query, 1), tf.expandDims(table, 0));
  return tf.neg(tf.sqrt(tf.sum(tf.square(differences), 2))) as Tensor2D;
}

/** The same loss written out densely, for the tape to differentiate. */
function plainLoss(logits: Tensor2D, dense: { temperature: number; weight: Tensor2D }[]): Scalar {
  return tf.addN(
    dense.map(({ temperature, weight }) => {
      const scaled = tf.div(logits, temperature);
      const logSoftmax = tf.sub(scaled, tf.logSumExp(scaled, 1, true));
      return tf.neg(tf.sum(tf.mul(weight, logSoftmax)));
    }),
  ) as Scalar;
}

function denseWeights(
  targets: { offset: number[]; column: number[]; weight: number[] },
  entities: number,
): Tensor2D {
  const rows = targets.offset.length - 1;
  const out = new Float32Array(rows * entities);
  for (let i = 0; i < rows; i++)
    for (let j = targets.offset[i]; j < targets.offset[i + 1]; j++)
      out[i * entities + targets.column[j]] += targets.weight[j];
  return tf.tensor2d(out, [rows, entities]);
}

const closeTo = (actual: Tensor, expected: Tensor, tolerance = 1e-4): void => {
  const difference = tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0];
  const size = Math.max(1, tf.max(tf.abs(expected)).dataSync()[0]);
  assert.ok(difference <= tolerance * size, `difference ${difference} of ${size}`);
};

const hard = { offset: [0, 1, 3, 3, 6, 7], column: [4, 0, 8, 1, 2, 3, 5], weight: [1, 1, 0.5, 1, 1, 2, 1] };
const soft = {
  offset: [0, 3, 5, 5, 6, 8],
  column: [4, 2, 1, 0, 7, 6, 3, 8],
  weight: [0.5, 0.3, 0.2, 0.9, 0.1, 1, 0.25, 0.75],
};
const target = (t: typeof hard, temperature: number): Targets =>
  makeTargets(t.offset, t.column, (j) => t.weight[j], { temperature });

for (const [name, chosen] of [
  ['known answers', [{ t: hard, temperature: 1 }]],
  ['soft answers at temperature 2', [{ t: soft, temperature: 2 }]],
  [
    'both at once',
    [
      { t: hard, temperature: 1 },
      { t: soft, temperature: 2 },
    ],
  ],
] as const)
  for (const geometry of ['dot', 'unit', 'l2'] as const)
    for (const chunk of [2, 256])
      test(`the head equals a plain softmax: ${name}, ${geometry}, ${chunk} rows a chunk`, () => {
        tf.tidy(() => {
          const entities = random(9, 6, 1);
          const query = random(5, 6, 2);
          const resource = createResource(tf.zeros([9, 6]));
          const score = scoring(geometry, entities);
          const mine = tf.valueAndGrad((q: Tensor) =>
            head(
              q as Tensor2D,
              score,
              chosen.map((c) => target(c.t, c.temperature)),
              resource,
              { chunk },
            ),
          )(query);
          const dense = chosen.map((c) => ({ temperature: c.temperature, weight: denseWeights(c.t, 9) }));
          const plain = tf.valueAndGrads((q: Tensor, e: Tensor) =>
            plainLoss(plainScores(geometry, q as Tensor2D, e as Tensor2D), dense),
          )([query, entities]);
          closeTo(mine.value, plain.value);
          closeTo(mine.grad, plain.grads[0]);
          closeTo(score.backward(read(resource)), plain.grads[1]);
          resource.handle.dispose();
        });
      });

for (const geometry of ['dot', 'unit', 'l2'] as const)
  test(`answers that are out of the softmax’s reach cost what they should: ${geometry}`, () => {
    tf.tidy(() => {
      const entities = tf.mul(random(9, 6, 1), geometry === 'unit' ? 1 : 100) as Tensor2D;
      const query = tf.mul(random(5, 6, 2), 100) as Tensor2D;
      const resource = createResource(tf.zeros([9, 6]));
      const mine = tf.valueAndGrad((q: Tensor) =>
        head(q as Tensor2D, scoring(geometry, entities), [target(hard, 1)], resource),
      )(query);
      const plain = tf.valueAndGrad((q: Tensor) =>
        plainLoss(plainScores(geometry, q as Tensor2D, entities), [
          { temperature: 1, weight: denseWeights(hard, 9) },
        ]),
      )(query);
      assert.ok(plain.value.dataSync()[0] > 300, 'no row of the softmax holds its answer');
      closeTo(mine.value, plain.value, 1e-5);
      closeTo(mine.grad, plain.grad);
      resource.handle.dispose();
    });
  });

test('a query that meets its answer has a small gradient', () => {
  tf.tidy(() => {
    const entities = tf.mul(random(9, 6, 1), 10) as Tensor2D;
    const query = tf.slice(entities, 3, 1) as Tensor2D;
    const resource = createResource(tf.zeros([9, 6]));
    const answer = makeTargets([0, 1], [3], () => 1);
    const { grad } = tf.valueAndGrad((q: Tensor) =>
      head(q as Tensor2D, scoring('l2', entities), [answer], resource),
    )(query);
    for (const gradient of [grad, read(resource)])
      assert.ok(tf.max(tf.abs(gradient)).dataSync()[0] < 0.01, String(gradient));
    resource.handle.dispose();
  });
});

for (const [geometry, chunk] of (['dot', 'unit', 'l2'] as const).flatMap((name) =>
  [2, 256].map((rows) => [name, rows] as const),
))
  test(`a correction is added to scores after their division by the temperature, but for a query's own: ${geometry}, chunk ${chunk}`, () => {
    tf.tidy(() => {
      const entities = random(9, 6, 1);
      const query = random(5, 6, 2);
      const score = scoring(geometry, entities);
      const value = tf.tensor1d(gaussians(9, 1, seededRandom(3)));
      const own = tf.add(denseWeights(hard, 9), denseWeights(soft, 9)).arraySync() as number[][];
      const pairs = own.flatMap((weights, row) =>
        [...weights.keys()].filter((column) => weights[column] > 0).map((column) => [row, column]),
      );
      const correction = {
        value,
        row: Int32Array.from(pairs, ([row]) => row),
        column: Int32Array.from(pairs, ([, column]) => column),
      };
      const resource = createResource(tf.zeros([9, 6]));
      const targets = [target(hard, 1), target(soft, 2)];
      const mine = tf.valueAndGrad((q: Tensor) =>
        head(q as Tensor2D, score, targets, resource, { correction, chunk }),
      )(query);
      const added = tf.mul(
        value,
        tf.tensor2d(own.map((weights) => weights.map((weight) => Number(weight === 0)))),
      );
      const plain = tf.valueAndGrads((q: Tensor, e: Tensor) => {
        const scores = plainScores(geometry, q as Tensor2D, e as Tensor2D);
        const at = (t: typeof hard, temperature: number) =>
          plainLoss(tf.add(tf.div(scores, temperature), added) as Tensor2D, [
            { temperature: 1, weight: denseWeights(t, 9) },
          ]);
        return tf.add(at(hard, 1), at(soft, 2)) as Scalar;
      })([query, entities]);
      closeTo(mine.value, plain.value);
      closeTo(mine.grad, plain.grads[0]);
      closeTo(score.backward(read(resource)), plain.grads[1]);
      resource.handle.dispose();
    });
  });
