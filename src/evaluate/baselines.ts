import type { Triples } from '../kg/types.js';
import { knownAnswers } from './filters.js';
import type { RankingQueries } from './types.js';

/** Answer → how often, of each relation and reciprocal relation. */
type Frequencies = ReadonlyMap<number, ReadonlyMap<number, number>>;

function frequenciesOf(train: Triples, relations: number): Frequencies {
  const out = new Map<number, Map<number, number>>();
  const add = (relation: number, answer: number) => {
    let counts = out.get(relation);
    if (!counts) {
      counts = new Map();
      out.set(relation, counts);
    }
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  };
  for (let i = 0; i < train.head.length; i++) {
    add(train.relation[i], train.tail[i]);
    add(train.relation[i] + relations, train.head[i]);
  }
  return out;
}

/**
 * Ranks by how often an entity answers the relation in the training triples, never by the asked entity: a floor
 * without parameters. Candidates of equal frequency are tied.
 *
 * @example
 * metricsOf(frequencyRanks(queries, split.train, entities, relations)).mrr;
 */
export function frequencyRanks(
  queries: RankingQueries,
  train: Triples,
  entities: number,
  relations: number,
): Float64Array {
  const frequencies = frequenciesOf(train, relations);
  return sparseRanks(queries, entities, (i) => frequencies.get(queries.relation[i]) ?? new Map());
}

/**
 * The lookup through links: what the other sources answer, most votes first and equal votes by frequency, then the
 * relation's most frequent answers in the target's own training triples, then the rest. What is equal is tied at its
 * mean rank: no order of files or ids helps.
 *
 * @param background other sources' triples on the target's entities
 * @param votes [background] sources that hold each of them
 * @example
 * const { background, votes } = linkedSubgraph(input);
 * metricsOf(lookupRanks(queries, train, background, votes, entities, relations)).mrr;
 */
export function lookupRanks(
  queries: RankingQueries,
  train: Triples,
  background: Triples,
  votes: Int32Array,
  entities: number,
  relations: number,
): Float64Array {
  const frequencies = frequenciesOf(train, relations);
  /** Above any frequency. */
  const vote = train.head.length + 1;
  const found = new Map<number, [answer: number, votes: number][]>();
  const add = (query: number, answer: number, n: number) => {
    const answers = found.get(query);
    if (answers) answers.push([answer, n]);
    else found.set(query, [[answer, n]]);
  };
  const { head, relation, tail } = background;
  for (let i = 0; i < head.length; i++) {
    add(head[i] * 2 * relations + relation[i], tail[i], votes[i]);
    add(tail[i] * 2 * relations + relation[i] + relations, head[i], votes[i]);
  }
  return sparseRanks(queries, entities, (i) => {
    const scores = new Map(frequencies.get(queries.relation[i]));
    for (const [answer, n] of found.get(queries.entity[i] * 2 * relations + queries.relation[i]) ?? [])
      scores.set(answer, (scores.get(answer) ?? 0) + n * vote);
    return scores;
  });
}

/** Mean ranks by sparse scores above 0; all other candidates score 0. */
function sparseRanks(
  queries: RankingQueries,
  entities: number,
  scoresOf: (query: number) => ReadonlyMap<number, number>,
): Float64Array {
  const { filter, candidates } = queries;
  const sets = candidates?.members.map((members) => new Set(members));
  return Float64Array.from(queries.answer, (answer, i) => {
    const set = candidates && sets?.[candidates.set[i]];
    const isCandidate = (entity: number) => !set || set.has(entity);
    const filtered = new Set<number>();
    for (const known of knownAnswers(filter, i)) if (isCandidate(known)) filtered.add(known);
    filtered.delete(answer);
    const scores = scoresOf(i);
    const mine = scores.get(answer) ?? 0;
    let better = 0;
    let equal = 0;
    let scored = 0;
    for (const [entity, score] of scores) {
      if (filtered.has(entity) || !isCandidate(entity)) continue;
      scored++;
      if (score > mine) better++;
      else if (score === mine) equal++;
    }
    if (mine > 0) return better + (equal + 1) / 2;
    const unscored = (set ? set.size : entities) - filtered.size - scored;
    return better + (unscored + 1) / 2;
  });
}
