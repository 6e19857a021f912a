import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { type Exponentials, exponentials, matMul, minus, pulls, roots, widened } from './ops.js';

export type Geometry = 'dot' | 'unit' | 'l2';

/** Scores of queries against all rows of a table, and the way back. */
export interface Scored {
  /** [n, entities] the scores, or their opposites: turning the signs of so many numbers is left to who needs it. */
  values(): Tensor2D;
  /** A score is this times its value. */
  readonly sign: 1 | -1;
  /** Values at some pairs: [pairs, 1]. */
  valuesAt(pairs: Pick<Pairs, 'row' | 'column'>): Tensor2D;
  /** What a softmax of the scores themselves is made of, with fewer passes over them than by their values. */
  softmax(): Softmax;
  /**
   * Gradients by the queries and the scoring table, both of Σ weight_i · d_ij · score_ij.
   *
   * @param dScores [n, entities] @param weight [n, 1], all 1 where absent
   */
  back(dScores: Tensor2D, weight?: Tensor2D): Drawn;
  /** The same of some scores alone: Σ weight_p · score_{row_p, column_p}. */
  backOf(pairs: Pairs): {
    /** [pairs, width] by the query of each pair. */
    dQuery: Tensor2D;
    /** [pairs, width] by the table's row of each pair. */
    dRows: Tensor2D;
  };
}

interface Drawn {
  readonly dQuery: Tensor2D;
  readonly dTable: Tensor2D;
}

/** `sum` and `logSum` are those of {@link Exponentials}. */
export interface Softmax extends Omit<Exponentials, 'exp'> {
  /**
   * Gradients of Σ weight_i · exp_ij · score_ij, the weights and the exponentials held.
   *
   * @param weight [n, 1]
   */
  back(weight: Tensor2D): Drawn;
}

/** Pairs of queries and rows of the table. */
export interface Pairs {
  /** [pairs] */
  readonly row: Tensor1D;
  /** [pairs] */
  readonly column: Tensor1D;
  /** [pairs, 1] */
  readonly weight: Tensor2D;
}

/** What is a score by its value and its sign. */
export const signed = (value: Tensor2D, sign: 1 | -1): Tensor2D =>
  sign === 1 ? value : (tf.neg(value) as Tensor2D);

/** [n, entities] */
export const signedScores = ({ values, sign }: Scored): Tensor2D => signed(values(), sign);

/** Numbers [n, entities] at some pairs: [pairs, 1]. */
export const valuesAt = (values: Tensor2D, { row, column }: Pick<Pairs, 'row' | 'column'>): Tensor2D =>
  tf.expandDims(tf.gatherND(values, tf.stack([row, column], 1)), 1);

/** How queries meet entities. */
export interface Scoring {
  /** [entities, width] */
  readonly table: Tensor2D;
  /** @param query [n, width] */
  all(query: Tensor2D): Scored;
  /** Gradient by the scoring table → gradient by the entity table, both [entities, width]. */
  backward(gradient: Tensor2D): Tensor2D;
}

/**
 * `dot`: s = q · e. `unit`: s = q · e / |e|; the norm of q acts as the inverse temperature, and the cosine order of a
 * vector index is the model's own order. `l2`: s = −|q − e|, the order of a euclidean index.
 *
 * @param entities [entities, width]
 */
export function scoring(geometry: Geometry, entities: Tensor2D): Scoring {
  if (geometry === 'l2') return { table: entities, ...distances(entities), backward: (gradient) => gradient };
  if (geometry === 'dot') return { table: entities, ...products(entities), backward: (gradient) => gradient };
  const inverse = tf.rsqrt(tf.add(tf.sum(tf.square(entities), 1, true), 1e-12)); // [entities, 1]
  const table = tf.mul(entities, inverse) as Tensor2D;
  return {
    table,
    ...products(table),
    backward: (gradient) => {
      const along = tf.sum(tf.mul(table, gradient), 1, true); // [entities, 1]
      return tf.mul(tf.sub(gradient, tf.mul(table, along)), inverse) as Tensor2D;
    },
  };
}

const products = (table: Tensor2D): Pick<Scoring, 'all'> => ({
  all(query) {
    const values = matMul(query, table, false, true);
    const back = (dScores: Tensor2D, weight?: Tensor2D): Drawn => {
      const dQuery = matMul(dScores, table);
      if (!weight) return { dQuery, dTable: matMul(dScores, query, true, false) };
      // The rows' weights go to the narrow sides of the products, never to [n, entities].
      const weighted = tf.mul(query, weight) as Tensor2D;
      return { dQuery: tf.mul(dQuery, weight) as Tensor2D, dTable: matMul(dScores, weighted, true, false) };
    };
    return {
      values: () => values,
      sign: 1,
      valuesAt: (pairs) => valuesAt(values, pairs),
      softmax() {
        const { exp, ...sums } = exponentials(values, 1);
        return { ...sums, back: (weight) => back(exp, weight) };
      },
      back,
      backOf: ({ row, column, weight }) => ({
        dQuery: tf.mul(tf.gather(table, column), weight) as Tensor2D,
        dRows: tf.mul(tf.gather(query, row), weight) as Tensor2D,
      }),
    };
  },
});

/** Squared distances under this are taken for it: the root's gradient is infinite at 0. */
const NEAREST = 1e-8;
const squares = (x: Tensor2D): Tensor2D => tf.sum(tf.square(x), 1, true) as Tensor2D; // [n, 1]

/** Products whose inner width is a multiple of this are the fastest. */
const STRIDE = 16;

/**
 * −|q − e| by |q|² + |e|² − 2 q · e: rows that are widened by what the squares need give it in one product, so that few
 * passes go over [n, entities].
 */
function distances(table: Tensor2D): Pick<Scoring, 'all'> {
  const width = table.shape[1];
  const idle = Array<number>(STRIDE - 1 - ((width + 1) % STRIDE)).fill(0); // columns that are 0 in what is asked
  const tail = (constants: [number, number], factors: [number, number]) =>
    tf.tensor2d([...constants, ...idle, ...factors, ...idle], [2, 2 + idle.length]);
  const wide = widened(table, 1, tail([0, 1], [1, 0])); // [table | |e|² | 1 | 0 …]
  return {
    all(query) {
      const one = tf.ones([query.shape[0], 1]) as Tensor2D;
      const asked = widened(query, -2, tail([1, 0], [0, 1])); // [−2 query | 1 | |q|² | 0 …]
      const square = matMul(asked, wide, false, true); // [n, entities]
      let distance: Tensor2D | undefined;
      /** Takes the place of the squares, which are as large. */
      const values = () => {
        if (!distance) {
          distance = roots(square, NEAREST);
          square.dispose();
        }
        return distance;
      };
      const distanceAt = (pairs: Pick<Pairs, 'row' | 'column'>) =>
        distance ? valuesAt(distance, pairs) : roots(valuesAt(square, pairs), NEAREST);
      /**
       * @param pull [n, entities] what is to reach a score over its distance @param weight [n, 1]
       * @param strength [n, 1] its rows' sums where they are known, else they come with the product
       */
      const draw = (pull: Tensor2D, weight: Tensor2D, strength?: Tensor2D): Drawn => {
        const drawn = matMul(pull, strength ? table : wide);
        const near = strength ? drawn : (tf.slice(drawn, [0, 0], [-1, width]) as Tensor2D);
        const mine = strength ?? (tf.slice(drawn, [0, width + 1], [-1, 1]) as Tensor2D);
        const towards = minus(near, query, mine);
        const pulled = matMul(pull, tf.mul(query, weight), true, false); // [entities, width]
        const mass = matMul(pull, weight, true, false); // [entities, 1]
        return { dQuery: tf.mul(towards, weight) as Tensor2D, dTable: minus(pulled, table, mass) };
      };
      const back = (dScores: Tensor2D, weight = one) => draw(tf.div(dScores, values()), weight);
      return {
        values,
        sign: -1,
        valuesAt: distanceAt,
        softmax() {
          if (!pulls || distance) {
            const { exp, ...sums } = exponentials(values(), -1);
            return { ...sums, back: (weight) => back(exp, weight) };
          }
          const { pull, strength, ...sums } = pulls(square, NEAREST);
          return { ...sums, back: (weight) => draw(pull, weight, strength) };
        },
        back,
        backOf({ row, column, weight }) {
          // By the same distances as all else: near 0 those of the pairs themselves differ from them.
          const pull = tf.div(weight, distanceAt({ row, column }));
          const dQuery = tf.mul(tf.sub(tf.gather(table, column), tf.gather(query, row)), pull) as Tensor2D;
          return { dQuery, dRows: tf.neg(dQuery) as Tensor2D };
        },
      };
    },
  };
}

/**
 * A table and a map of queries whose plain product orders candidates as the geometry does: −|q − e| falls with
 * q · e − |e|² / 2.
 *
 * @param entities [n, width]
 */
export function orderBy(
  geometry: Geometry,
  entities: Tensor2D,
): { table: Tensor2D; query(query: Tensor2D): Tensor2D } {
  if (geometry !== 'l2') return { table: scoring(geometry, entities).table, query: (query) => query };
  return {
    table: tf.concat([entities, tf.mul(squares(entities), -0.5)], 1) as Tensor2D,
    query: (query) => tf.concat([query, tf.ones([query.shape[0], 1])], 1) as Tensor2D,
  };
}
