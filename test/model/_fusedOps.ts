import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';
import type { FusedOps, Pulls } from '../../src/model/ops.js';

export const random = <T extends Tensor = Tensor2D>(shape: number[], seed: number, deviation = 1): T => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(gaussians(size, deviation, seededRandom(seed)), shape) as T;
};

/** Rows and columns that fill no vector, one, and more than one thread's share. */
export const SIZES: readonly [rows: number, columns: number][] = [
  [1, 1],
  [3, 2],
  [7, 18],
  [33, 64],
  [65, 1030],
];

/** As many entities as a step compares with at most. */
export const WIDE: readonly [rows: number, columns: number] = [3, 100_000];
/** What goes over entities. */
export const SCORES = ['exponentials', 'roots', 'pulls', 'standings'];

/** The same as `pulls`, by the distances. */
function chained(ops: FusedOps, squares: Tensor2D, least: number): Pulls {
  const distance = ops.roots(squares, least);
  const { exp, ...sums } = ops.exponentials(distance, -1);
  const pull = tf.div(exp, distance) as Tensor2D;
  return { ...sums, pull, strength: tf.sum(pull, 1, true) as Tensor2D };
}

/** Every fused operation on random numbers of a size, by name. */
export const CALLS: Readonly<Record<string, (ops: FusedOps, rows: number, columns: number) => Tensor[]>> = {
  exponentials(ops, rows, columns) {
    const x = random([rows, columns], 1, 5);
    return ([1, -1] as const).flatMap((sign) => {
      const { exp, sum, logSum } = ops.exponentials(x, sign);
      return [tf.div(exp, sum), logSum];
    });
  },
  widened: (ops, rows, columns) => [
    ops.widened(random([rows, columns], 1), -2, tf.tensor2d([1, 0, 0, 0, 1, 0], [2, 3])),
    ops.widened(random([rows, columns], 1), 1, tf.tensor2d([0, 1, 1, 0], [2, 2])),
  ],
  roots: (ops, rows, columns) => [ops.roots(random([rows, columns], 1, 3), 1e-8)],
  pulls(ops, rows, columns) {
    const squares = random([rows, columns], 1, 30);
    const { pull, strength, sum, logSum } = ops.pulls?.(squares, 1e-2) ?? chained(ops, squares, 1e-2);
    return [tf.div(pull, sum), tf.div(strength, sum), logSum];
  },
  minus: (ops, rows, columns) => [
    ops.minus(random([rows, columns], 1), random([rows, columns], 2), random([rows, 1], 3)),
  ],
  complexProduct: (ops, rows, columns) => [
    ops.complexProduct(random([rows, 2 * columns], 1), random([rows, 2 * columns], 2)),
  ],
  complexProductBack(ops, rows, columns) {
    const [d, x, y] = [1, 2, 3].map((seed) => random([rows, 2 * columns], seed));
    const { dx, dy } = ops.complexProductBack(d, x, y);
    return [dx, dy];
  },
  cubes: (ops, rows, columns) =>
    [true, false].flatMap((isComplex) => {
      const { sum, byRows } = ops.cubes(random([rows, 2 * columns], 1), isComplex);
      return [sum, byRows];
    }),
  standings(ops, rows, columns) {
    const x = tf.round(random([rows, columns], 1, 3)) as Tensor2D; // with ties
    return [ops.standings(x, tf.reshape(tf.slice(x, [0, columns - 1], [rows, 1]), [rows]) as Tensor1D)];
  },
  columnSums: (ops, rows, columns) => [ops.columnSums(random([rows, columns], 1))],
  lstmStep(ops, rows, columns) {
    const token = random([rows, 4 * columns], 1, 3);
    const bias = random<Tensor1D>([4 * columns], 2);
    const before = { gates: random([rows, 4 * columns], 3), cell: random([rows, columns], 4) };
    return [undefined, before].flatMap((given) => {
      const { gates, cell, seen, hidden } = ops.lstmStep(token, bias, given);
      return [gates, cell, seen, hidden];
    });
  },
  lstmStepBack(ops, rows, columns) {
    const step = {
      gates: tf.sigmoid(random([rows, 4 * columns], 1)) as Tensor2D,
      seen: tf.tanh(random([rows, columns], 2)) as Tensor2D,
    };
    const [before, dHidden, d, dCell] = [3, 4, 5, 6].map((seed) => random([rows, columns], seed));
    return [undefined, before].flatMap((cell) =>
      [undefined, { dHidden: d, dCell }].flatMap((later) =>
        Object.values(ops.lstmStepBack(step, cell, dHidden, later)),
      ),
    );
  },
  normalise(ops, rows, columns) {
    const [scale, shift] = [2, 3].map((seed) => random<Tensor1D>([columns], seed));
    const { y, normal, inverse } = ops.normalise(random([rows, columns], 1), scale, shift);
    return [y, normal, inverse];
  },
  normaliseBack(ops, rows, columns) {
    const kept = { normal: random([rows, columns], 1), inverse: random([rows, 1], 2) };
    const { dx, byScale } = ops.normaliseBack(random([rows, columns], 3), kept, random([columns], 4));
    return [dx, byScale];
  },
  attention(ops, rows, columns) {
    const by = { size: rows, tokens: 6, heads: 2 };
    const dim = 2 * Math.min(columns, 64);
    const queryKey = random([rows * 6, 2 * dim], 1);
    const [value, d] = [2, 3].map((seed) => random([rows * 6, dim], seed));
    const weights = ops.attentionWeights(queryKey, by);
    const dWeights = random<Tensor3D>([rows * 2, 6, 6], 4);
    const { dWeights: drawn, dValue } = ops.attentionMixBack(weights, value, d, by);
    return [
      weights,
      ops.attentionWeightsBack(queryKey, weights, dWeights, by),
      ops.attentionMix(weights, value, by),
      // Ahead of a token there is nothing to weigh.
      tf.linalg.bandPart(drawn, -1, 0),
      dValue,
    ];
  },
};
