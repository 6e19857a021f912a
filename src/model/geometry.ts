import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { matMul } from './ops.js';

export type Geometry = 'dot' | 'unit' | 'l2';

/** Scores of queries against all rows of a table, and the way back. */
export interface Scored {
  /** [n, entities] the scores, or their opposites: turning the signs of so many numbers is left to who needs it. */
  readonly values: Tensor2D;
  /** A score is this times its value. */
  readonly sign: 1 | -1;
  /**
   * Gradients by the queries and the scoring table, both of Σ weight_i · d_ij · score_ij.
   *
   * @param dScores [n, entities] @param weight [n, 1], all 1 where absent
   */
  back(dScores: Tensor2D, weight?: Tensor2D): { dQuery: Tensor2D; dTable: Tensor2D };
  /** The same of some scores alone: Σ weight_p · score_{row_p, column_p}. */
  backOf(pairs: Pairs): {
    /** [pairs, width] by the query of each pair. */
    dQuery: Tensor2D;
    /** [pairs, width] by the table's row of each pair. */
    dRows: Tensor2D;
  };
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

/** [n, entities] */
export const signedScores = ({ values, sign }: Scored): Tensor2D =>
  sign === 1 ? values : (tf.neg(values) as Tensor2D);

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
  all: (query) => ({
    values: matMul(query, table, false, true),
    sign: 1,
    back(dScores, weight) {
      const dQuery = matMul(dScores, table);
      if (!weight) return { dQuery, dTable: matMul(dScores, query, true, false) };
      // The rows' weights go to the narrow sides of the products, never to [n, entities].
      const weighted = tf.mul(query, weight) as Tensor2D;
      return { dQuery: tf.mul(dQuery, weight) as Tensor2D, dTable: matMul(dScores, weighted, true, false) };
    },
    backOf: ({ row, column, weight }) => ({
      dQuery: tf.mul(tf.gather(table, column), weight) as Tensor2D,
      dRows: tf.mul(tf.gather(query, row), weight) as Tensor2D,
    }),
  }),
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
  const [entities, width] = table.shape;
  const idle = STRIDE - 1 - ((width + 1) % STRIDE); // columns that are 0 in what is asked
  const wide = tf.concat([table, squares(table), tf.ones([entities, 1 + idle])], 1) as Tensor2D;
  return {
    all(query) {
      const n = query.shape[0];
      const one = tf.ones([n, 1]) as Tensor2D;
      const parts = [tf.mul(query, -2), one, squares(query), tf.zeros([n, idle])];
      const asked = tf.concat(idle > 0 ? parts : parts.slice(0, -1), 1) as Tensor2D; // [n, width + 2 + idle]
      // [n, entities]; what it is made of is as large, and let go at once.
      const distance = tf.tidy(() =>
        tf.sqrt(tf.maximum(matMul(asked, wide, false, true), NEAREST)),
      ) as Tensor2D;
      return {
        values: distance,
        sign: -1,
        back(dScores, weight = one) {
          const c = tf.div(dScores, distance) as Tensor2D; // [n, entities]
          const drawn = matMul(c, wide);
          const strength = tf.slice(drawn, [0, width + 1], [-1, 1]); // [n, 1]
          const towards = tf.sub(tf.slice(drawn, [0, 0], [-1, width]), tf.mul(query, strength));
          const pulled = matMul(c, tf.mul(query, weight), true, false); // [entities, width]
          const mass = matMul(c, weight, true, false); // [entities, 1]
          return {
            dQuery: tf.mul(towards, weight) as Tensor2D,
            dTable: tf.sub(pulled, tf.mul(table, mass)) as Tensor2D,
          };
        },
        backOf({ row, column, weight }) {
          // By the same distances as all else: near 0 those of the pairs themselves differ from them.
          const pull = tf.div(weight, valuesAt(distance, { row, column }));
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
