import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../model/backend.js';
import { rankBy } from './ranks.js';
import type { PathQueries } from './types.js';

/**
 * Log-probabilities of all entities as answers to (entity, relation, ?), called inside `tf.tidy`.
 *
 * @returns [n, entities], the exponentials of each row sum to 1
 */
export type LogProbabilities = (entity: Int32Array, relation: Int32Array) => Tensor2D;

export interface BeamOptions {
  /** Entities that each hop goes on from. */
  readonly width: number;
  /** How the ways to one entity are joined: `sum` adds their probabilities, `max` takes the likeliest. `sum` where absent. */
  readonly merge?: 'sum' | 'max';
}

export interface BeamRankOptions extends BeamOptions {
  /** [queries] 0 where nothing is known of the answers: all candidates are tied. Absent: something always is. */
  readonly known?: ArrayLike<number>;
}

/** (entity, relation) queries that are scored at once, over all beams. */
const AT_ONCE = 512;

/**
 * Beam search with a triple encoder along the relations of path queries: each hop asks the entities that are likeliest so
 * far, and an answer's score is the logarithm of its probability over the ways that the beam holds.
 *
 * @param relation [hops][n]
 * @returns [n, entities]
 * @example
 * const scores = beamScores(logProbabilities, entity, [first, second], { width: 32 });
 */
export function beamScores(
  logProbabilities: LogProbabilities,
  entity: Int32Array,
  relation: readonly Int32Array[],
  { width, merge = 'sum' }: BeamOptions,
): Tensor2D {
  return tf.tidy(() => {
    let scores = logProbabilities(entity, relation[0]); // [n, entities]
    for (const asked of relation.slice(1)) {
      const [n, entities] = scores.shape;
      const beams = Math.min(width, entities);
      const { values, indices } = tf.topk(scores, beams); // [n, beams]
      const relations = Int32Array.from({ length: n * beams }, (_, i) => asked[Math.floor(i / beams)]);
      const next = logProbabilities(indices.dataSync() as Int32Array, relations); // [n * beams, entities]
      const ways = tf.add(
        tf.reshape(next, [n, beams, entities]),
        tf.reshape(values, [n, beams, 1]),
      ) as Tensor3D;
      scores = (merge === 'max' ? tf.max(ways, 1) : tf.logSumExp(ways, 1)) as Tensor2D;
    }
    return scores;
  });
}

/**
 * Filtered ranks of the answers to path queries by beam search, ties at their mean rank.
 *
 * @param entities width of the log-probabilities
 * @returns one rank a query, 1 the best
 * @example
 * metricsOf(beamRanks(logProbabilities, queries, entities, { width: 32 })).mrr;
 */
export function beamRanks(
  logProbabilities: LogProbabilities,
  queries: PathQueries,
  entities: number,
  options: BeamRankOptions,
): Float64Array {
  const { known } = options;
  const chunk = Math.max(1, Math.floor(AT_ONCE / Math.min(options.width, entities)));
  return rankBy(queries, entities, chunk, (members) => ({
    scores(rows) {
      const pick = (column: Int32Array) => Int32Array.from(rows, (i) => column[i]);
      const found = beamScores(logProbabilities, pick(queries.entity), queries.relation.map(pick), options);
      const all = known ? (tf.mul(found, maskOf(rows, known)) as Tensor2D) : found;
      return members ? tf.gather(all, tf.tensor1d(members, 'int32'), 1) : all;
    },
  }));
}

/** [rows, 1] */
const maskOf = (rows: readonly number[], known: ArrayLike<number>): Tensor2D =>
  tf.tensor2d(
    Float32Array.from(rows, (i) => known[i]),
    [rows.length, 1],
  );
