import { knownFacts, rankingQueries } from '../../../src/evaluate/filters.js';
import type { RankingQueries } from '../../../src/evaluate/types.js';
import type { Triples } from '../../../src/kg/types.js';
import type { Dbp5l, Language } from '../../dbp5l/data.js';

/** What both sides are given: one language's own facts, without those of the test. */
export interface AloneFacts {
  readonly entities: number;
  /** Relations that these facts use. */
  readonly relations: number;
  readonly train: Triples;
  readonly valid: Triples;
}

export function aloneFacts(data: Dbp5l, target: Language): AloneFacts {
  const { uris, train, valid } = data.graphs[target];
  const used = [...new Set([...train.relation, ...valid.relation])].sort((a, b) => a - b);
  const idOf = new Map(used.map((relation, id) => [relation, id]));
  const compact = ({ head, relation, tail }: Triples): Triples => ({
    head,
    relation: relation.map((one) => idOf.get(one) as number),
    tail,
  });
  return { entities: uris.length, relations: used.length, train: compact(train), valid: compact(valid) };
}

/** Tails of the validation facts, known ones of training and validation left out. */
export const validation = ({ relations, train, valid }: AloneFacts): RankingQueries =>
  rankingQueries(valid, knownFacts({ train, valid, test: valid }, 'tv'), { relations, directions: 'tails' });
