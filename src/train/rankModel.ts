import { rank } from '../evaluate/ranks.js';
import type { RankingQueries } from '../evaluate/types.js';
import { tf } from '../model/backend.js';
import { type Model, scorerOf } from '../model/model.js';

/** Filtered ranks of a model's answers among its first `entities` rows; see `rank`. */
export function rankModel(model: Model, entities: number, queries: RankingQueries): Float64Array {
  let ranks: Float64Array = new Float64Array(0);
  tf.tidy(() => {
    ranks = rank(scorerOf(model, entities), queries);
  });
  return ranks;
}

export const meanReciprocalRank = (ranks: Float64Array): number =>
  ranks.reduce((sum, r) => sum + 1 / r, 0) / ranks.length;
