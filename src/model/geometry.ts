import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { matMul } from './ops.js';

export type Geometry = 'dot' | 'unit' | 'l2';

/** Scores of queries against all rows of a table, and the way back. */
export interface Scored {
  /** [n, entities] */
  readonly scores: Tensor2D;
  /**
   * Gradients by the queries and the scoring table, both of Σ weight_i · d_ij · score_ij.
   *
   * @param dScores [n, entities] @param weight [n, 1], all 1 where absent
   */
  back(dScores: Tensor2D, weight?: Tensor2D): { dQuery: Tensor2D; dTable: Tensor2D };
}

/** Scores of pairs: row i of the queries with row i of some table rows. */
export interface ScoredPairs {
  /** [n, 1] */
  readonly scores: Tensor2D;
  /** @param weight [n, 1] */
  back(weight: Tensor2D): { dQuery: Tensor2D; dRows: Tensor2D };
}

/** How queries meet entities. */
export interface Scoring {
  /** [entities, width] */
  readonly table: Tensor2D;
  /** @param query [n, width] */
  all(query: Tensor2D): Scored;
  /** @param query [n, width] @param rows [n, width] of the scoring table */
  pairs(query: Tensor2D, rows: Tensor2D): ScoredPairs;
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

const products = (table: Tensor2D): Pick<Scoring, 'all' | 'pairs'> => ({
  all: (query) => ({
    scores: matMul(query, table, false, true),
    back(dScores, weight) {
      const dQuery = matMul(dScores, table);
      if (!weight) return { dQuery, dTable: matMul(dScores, query, true, false) };
      // The rows' weights go to the narrow sides of the products, never to [n, entities].
      const weighted = tf.mul(query, weight) as Tensor2D;
      return { dQuery: tf.mul(dQuery, weight) as Tensor2D, dTable: matMul(dScores, weighted, true, false) };
    },
  }),
  pairs: (query, rows) => ({
    scores: tf.sum(tf.mul(query, rows), 1, true) as Tensor2D,
    back: (weight) => ({
      dQuery: tf.mul(rows, weight) as Tensor2D,
      dRows: tf.mul(query, weight) as Tensor2D,
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
function distances(table: Tensor2D): Pick<Scoring, 'all' | 'pairs'> {
  const [entities, width] = table.shape;
  const idle = STRIDE - 1 - ((width + 1) % STRIDE); // columns that are 0 in what is asked
  const wide = tf.concat([table, squares(table), tf.ones([entities, 1 + idle])], 1) as Tensor2D;
  return {
    all(query) {
      const n = query.shape[0];
      const one = tf.ones([n, 1]) as Tensor2D;
      const parts = [tf.mul(query, -2), one, squares(query), tf.zeros([n, idle])];
      const asked = tf.concat(idle > 0 ? parts : parts.slice(0, -1), 1) as Tensor2D; // [n, width + 2 + idle]
      const squared = matMul(asked, wide, false, true);
      const distance = tf.sqrt(tf.maximum(squared, NEAREST)) as Tensor2D; // [n, entities]
      return {
        scores: tf.neg(distance) as Tensor2D,
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
      };
    },
    pairs: distancePairs,
  };
}

function distancePairs(query: Tensor2D, rows: Tensor2D): ScoredPairs {
  const difference = tf.sub(rows, query) as Tensor2D;
  const squared = tf.maximum(squares(difference), NEAREST);
  return {
    scores: tf.neg(tf.sqrt(squared)) as Tensor2D,
    back(weight) {
      const dQuery = tf.mul(difference, tf.mul(weight, tf.rsqrt(squared))) as Tensor2D;
      return { dQuery, dRows: tf.neg(dQuery) as Tensor2D };
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
