import { knownFacts, rankingQueries } from '../../../src/evaluate/filters.js';
import { metricsOf } from '../../../src/evaluate/metrics.js';
import { type ModelReport, reportOf } from '../../../src/evaluate/report.js';
import { entityKey } from '../../../src/kg/keys.js';
import type { Split } from '../../../src/kg/types.js';
import { rankVectors } from '../rankVectors.js';
import { WAYS, type Way, waysTables, withoutSelf } from './ways.js';

/** Facts of the target on its entities' ids. */
export interface Asked {
  readonly split: Split;
  /** [test facts] 1 where another source holds the fact. */
  readonly copied: Uint8Array;
  readonly relations: readonly string[];
}

export interface Ranked {
  /** The one with the highest validation MRR. */
  readonly way: Way;
  readonly validationMrr: number;
  readonly report: ModelReport;
}

/** Heads and tails of held-out facts ranked in each way; validation chooses the way, and only that one meets the test. */
export async function rankWays(
  vectors: Float32Array,
  dim: number,
  { split, copied, relations }: Asked,
  threads: number,
): Promise<Ranked> {
  const known = knownFacts(split, 'tv');
  const asked = { relations: relations.length, directions: 'both' } as const;
  const queriesOf = (facts: 'valid' | 'test') => withoutSelf(rankingQueries(split[facts], known, asked));
  const facts = { train: split.train, relations: relations.length };
  const tables = (way: Way) => waysTables(way, vectors, dim, facts);
  const valid = queriesOf('valid');
  const tried: { way: Way; validationMrr: number }[] = [];
  for (const way of WAYS) {
    const { ranks } = await rankVectors(tables(way), { ranks: valid }, threads);
    tried.push({ way, validationMrr: metricsOf(ranks).mrr });
  }
  const best = tried.reduce((a, b) => (b.validationMrr > a.validationMrr ? b : a));
  const { ranks } = await rankVectors(tables(best.way), { ranks: queriesOf('test') }, threads);
  return { ...best, report: reportOf(ranks, split.test, copied, relations) };
}

/**
 * [entities, dim] the vectors by the dataset's keys; nodes without one have zeros.
 *
 * @param vectors id → vector @param keys of nodes of one label whose key is an id
 */
export function inOrder(
  vectors: ReadonlyMap<number, Float32Array>,
  keys: readonly string[],
  label: string,
  dim: number,
): Float32Array {
  const row = new Map(keys.map((key, i) => [key, i]));
  const out = new Float32Array(keys.length * dim);
  for (const [id, vector] of vectors) {
    const at = row.get(entityKey(label, [id]));
    if (at !== undefined) out.set(vector, at * dim);
  }
  return out;
}
