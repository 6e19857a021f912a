import type { Triples } from '../kg/types.js';
import { type Metrics, metricsOf } from './metrics.js';

/** Figures of a model on held-out facts: whole, split by whether another source holds the fact, and by relation. */
export interface ModelReport {
  readonly all: Metrics;
  readonly copied: Metrics;
  readonly notCopied: Metrics;
  /** Most frequent relation first. */
  readonly byRelation: readonly ({ readonly relation: string } & Metrics)[];
  /** Facts that there are, where a sample of them was ranked. */
  readonly sampledFrom?: number;
}

/**
 * @param ranks one a fact, or two: tails of all facts, then heads
 * @param copied [facts] from `copiedFacts`
 */
export function reportOf(
  ranks: ArrayLike<number>,
  facts: Triples,
  copied: Uint8Array,
  relations: readonly string[],
): ModelReport {
  const n = facts.head.length;
  const asked = new Map<number, number[]>();
  for (let i = 0; i < ranks.length; i++) {
    const relation = facts.relation[i % n];
    const rows = asked.get(relation);
    if (rows) rows.push(i);
    else asked.set(relation, [i]);
  }
  return {
    all: metricsOf(ranks),
    copied: metricsOf(ranks, (i) => copied[i % n] === 1),
    notCopied: metricsOf(ranks, (i) => copied[i % n] === 0),
    byRelation: [...asked]
      .map(([relation, rows]) => ({
        relation: relations[relation],
        ...metricsOf(rows.map((i) => ranks[i])),
      }))
      .sort((a, b) => b.count - a.count || (a.relation < b.relation ? -1 : 1)),
  };
}
