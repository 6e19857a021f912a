import type { Split, Triples } from '../kg/types.js';
import type { CandidateSets, Filter, RankingQueries } from './types.js';

/** Which known facts are left out of a ranking: none, train, train and validation, or all. */
export type FilterName = 'raw' | 'train' | 'tv' | 'full';

/** The facts that a filter knows. */
export function knownFacts(split: Split, filter: FilterName): Triples[] {
  if (filter === 'raw') return [];
  if (filter === 'train') return [split.train];
  return filter === 'tv' ? [split.train, split.valid] : [split.train, split.valid, split.test];
}

export interface RankingOptions {
  /** Without reciprocals. */
  readonly relations: number;
  readonly directions: 'tails' | 'both';
  /** Entity → candidate class: only entities of the answer's class are ranked. All where absent. */
  readonly label?: Int32Array;
}

/**
 * Ranking queries of held-out facts: row i asks for the tail of fact i; with `both`, row n + i asks for its head.
 *
 * @param known facts whose answers are not ranked against
 * @example
 * rankingQueries(split.test, knownFacts(split, 'tv'), { relations, directions: 'tails' });
 */
export function rankingQueries(
  facts: Triples,
  known: readonly Triples[],
  options: RankingOptions,
): RankingQueries {
  const { relations, directions, label } = options;
  const n = facts.head.length;
  const length = directions === 'both' ? 2 * n : n;
  const entity = new Int32Array(length);
  const relation = new Int32Array(length);
  const answer = new Int32Array(length);
  entity.set(facts.head);
  relation.set(facts.relation);
  answer.set(facts.tail);
  if (directions === 'both') {
    entity.set(facts.tail, n);
    for (let i = 0; i < n; i++) relation[n + i] = facts.relation[i] + relations;
    answer.set(facts.head, n);
  }
  return {
    entity,
    relation,
    answer,
    filter: filterOf({ entity, relation }, known, relations),
    ...(label && { candidates: candidatesOf(label, answer) }),
  };
}

/** One list for each distinct query, of its distinct known answers. */
function filterOf(
  { entity, relation }: Pick<RankingQueries, 'entity' | 'relation'>,
  known: readonly Triples[],
  relations: number,
): Filter {
  const keyOf = (e: number, r: number) => e * 2 * relations + r;
  const listOf = new Map<number, number>();
  const list = entity.map((e, i) => {
    const key = keyOf(e, relation[i]);
    const found = listOf.get(key) ?? listOf.size;
    listOf.set(key, found);
    return found;
  });
  const eachKnown = (tell: (list: number, answer: number) => void) => {
    for (const { head, relation: asked, tail } of known)
      for (let i = 0; i < head.length; i++) {
        const tails = listOf.get(keyOf(head[i], asked[i]));
        if (tails !== undefined) tell(tails, tail[i]);
        const heads = listOf.get(keyOf(tail[i], asked[i] + relations));
        if (heads !== undefined) tell(heads, head[i]);
      }
  };
  const end = new Int32Array(listOf.size + 1);
  eachKnown((k) => end[k + 1]++);
  for (let k = 0; k < listOf.size; k++) end[k + 1] += end[k];
  const next = end.slice();
  const answers = new Int32Array(end[listOf.size]);
  eachKnown((k, answer) => {
    answers[next[k]++] = answer;
  });
  const offset = new Int32Array(listOf.size + 1);
  for (let k = 0; k < listOf.size; k++) {
    const all = answers.subarray(end[k], end[k + 1]).sort();
    let n = offset[k];
    for (let j = 0; j < all.length; j++) if (j === 0 || all[j] !== all[j - 1]) answers[n++] = all[j];
    offset[k + 1] = n;
  }
  return { offset, entity: answers.slice(0, offset[listOf.size]), list };
}

/** Where a query's known answers begin and end in `filter.entity`: what to loop over where a view would cost more. */
export function knownRange({ offset, list }: Filter, query: number): [from: number, to: number] {
  const k = list ? list[query] : query;
  return [offset[k], offset[k + 1]];
}

/** Known answers of a query, its own answer perhaps among them. */
export const knownAnswers = (filter: Filter, query: number): Int32Array =>
  filter.entity.subarray(...knownRange(filter, query));

/** Candidate sets by class: each answer against the entities of its own class. */
export function candidatesOf(label: Int32Array, answer: Int32Array): CandidateSets {
  const members: number[][] = [];
  for (let entity = 0; entity < label.length; entity++) {
    while (members.length <= label[entity]) members.push([]);
    members[label[entity]].push(entity);
  }
  return { set: answer.map((a) => label[a]), members: members.map((list) => Int32Array.from(list)) };
}
