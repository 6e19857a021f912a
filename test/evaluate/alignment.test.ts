import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import fc from 'fast-check';
import { alignmentRanks, mutualNearest, type Nearness } from '../../src/evaluate/alignment.js';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';

const cosine = (a: readonly number[], b: readonly number[]): number => {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
/** Mean cosine to the ten nearest ones. */
const crowd = (x: readonly number[], others: readonly (readonly number[])[]): number =>
  mean(
    others
      .map((y) => cosine(x, y))
      .sort((a, b) => b - a)
      .slice(0, 10),
  );
const csls = (left: readonly number[][], right: readonly number[][]) => {
  const [mine, theirs] = [left.map((x) => crowd(x, right)), right.map((y) => crowd(y, left))];
  return left.map((x, i) => right.map((y, j) => 2 * cosine(x, y) - mine[i] - theirs[j]));
};
const plain = (left: readonly number[][], right: readonly number[][], nearness: Nearness) =>
  nearness === 'csls' ? csls(left, right) : left.map((x) => right.map((y) => cosine(x, y)));

const WIDTH = 5;
function vectors(count: number, seed: number): number[][] {
  const values = gaussians(count * WIDTH, 1, seededRandom(seed, count));
  return Array.from({ length: count }, (_, i) => [...values.subarray(i * WIDTH, (i + 1) * WIDTH)]);
}
const tensor = (rows: readonly number[][]): Tensor2D => tf.tensor2d(rows as number[][], [rows.length, WIDTH]);

const someCase = fc.record({
  n: fc.integer({ min: 1, max: 25 }),
  m: fc.integer({ min: 1, max: 25 }),
  seed: fc.nat(1_000_000),
  nearness: fc.constantFrom<Nearness>('cosine', 'csls'),
});

test('ranks of pairs equal a comparison one by one, in both directions', () => {
  fc.assert(
    fc.property(someCase, ({ n, m, seed, nearness }) => {
      const [left, right] = [vectors(n, seed), vectors(m, seed + 1)];
      const scores = plain(left, right, nearness);
      const pairs = {
        left: Int32Array.from({ length: 6 }, (_, i) => i % n),
        right: Int32Array.from({ length: 6 }, (_, i) => (i * 5) % m),
      };
      const [x, y] = [tensor(left), tensor(right)];
      const { forward, backward } = alignmentRanks(x, y, pairs, nearness);
      for (let p = 0; p < 6; p++) {
        const [i, j] = [pairs.left[p], pairs.right[p]];
        const above = (mine: number, others: readonly number[]) =>
          1 + others.filter((other) => other > mine + 1e-7).length;
        const nearly = (mine: number, others: readonly number[]) =>
          others.some((other, k) => Math.abs(other - mine) < 1e-5 && others.indexOf(mine) !== k);
        const column = scores.map((row) => row[j]);
        if (!nearly(scores[i][j], scores[i]))
          assert.equal(forward[p], above(scores[i][j], scores[i]), 'forward');
        if (!nearly(scores[i][j], column)) assert.equal(backward[p], above(scores[i][j], column), 'backward');
      }
      tf.dispose([x, y]);
    }),
    { numRuns: 60 },
  );
});

test('equal vectors share their mean rank', () => {
  const [x, y] = [
    tensor([[1, 0, 0, 0, 0]]),
    tensor([
      [2, 0, 0, 0, 0],
      [3, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
    ]),
  ];
  const pairs = { left: Int32Array.of(0, 0), right: Int32Array.of(1, 2) };
  for (const nearness of ['cosine', 'csls'] as const)
    assert.deepEqual([...alignmentRanks(x, y, pairs, nearness).forward], [1.5, 3]);
  tf.dispose([x, y]);
});

test('proposals are the mutual nearest neighbours under CSLS, with similarity and margin', () => {
  fc.assert(
    fc.property(someCase, ({ n, m, seed }) => {
      const [left, right] = [vectors(n, seed), vectors(m, seed + 1)];
      const scores = csls(left, right);
      const [x, y] = [tensor(left), tensor(right)];
      const found = mutualNearest(x, y);
      tf.dispose([x, y]);
      const expected: [number, number, number, number][] = [];
      for (let i = 0; i < n; i++)
        for (let j = 0; j < m; j++) {
          const mine = scores[i][j];
          const rivals = [
            scores[i].filter((_, k) => k !== j),
            scores.filter((_, k) => k !== i).map((row) => row[j]),
          ].map((others) => (others.length > 0 ? Math.max(...others) : undefined));
          if (rivals.every((other) => other === undefined || mine > other))
            expected.push([
              i,
              j,
              mine,
              Math.min(...rivals.flatMap((o) => (o === undefined ? [] : [mine - o]))),
            ]);
        }
      if (expected.some(([, , , margin]) => margin < 1e-4)) return;
      assert.deepEqual(
        [...found.left].map((i, p) => [i, found.right[p]]),
        expected.map(([i, j]) => [i, j]),
      );
      for (const [p, [, , similarity, margin]] of expected.entries()) {
        assert.ok(Math.abs(found.similarity[p] - similarity) < 1e-4);
        if (n > 1 && m > 1) assert.ok(Math.abs(found.margin[p] - margin) < 1e-4);
      }
    }),
    { numRuns: 60 },
  );
});

test('two equal candidates are nobody’s nearest neighbour', () => {
  const x = tensor([[1, 2, 3, 4, 5]]);
  const y = tensor([
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
  ]);
  assert.equal(mutualNearest(x, y).left.length, 0);
  tf.dispose([x, y]);
});

test('sides larger than a chunk give what one product gives, and no side gives nothing', () => {
  const [n, m] = [700, 9000];
  const [left, right] = [vectors(n, 1), vectors(m, 2)];
  // Right row 12 · i is left row i with a little noise.
  for (let i = 0; i < n; i++) right[12 * i] = left[i].map((v, k) => v * 3 + 1e-3 * right[12 * i][k]);
  const [x, y] = [tensor(left), tensor(right)];
  const before = tf.memory().numTensors;
  const pairs = {
    left: Int32Array.from({ length: n }, (_, i) => i),
    right: Int32Array.from({ length: n }, (_, i) => 12 * i),
  };
  const { forward, backward } = alignmentRanks(x, y, pairs, 'cosine');
  assert.ok(forward.every((rank) => rank === 1) && backward.every((rank) => rank === 1));
  const found = mutualNearest(x, y);
  const right12 = found.left.filter((i, p) => found.right[p] === 12 * i).length;
  assert.ok(right12 > 0.95 * n, `${right12} of ${n}`);
  assert.equal(tf.memory().numTensors, before, 'no tensor is left behind');
  const none = tf.zeros([0, WIDTH]) as Tensor2D;
  assert.equal(mutualNearest(x, none).left.length, 0);
  assert.equal(mutualNearest(none, y).left.length, 0);
  assert.equal(
    alignmentRanks(x, none, { left: new Int32Array(0), right: new Int32Array(0) }, 'csls').forward.length,
    0,
  );
  tf.dispose([x, y, none]);
});
