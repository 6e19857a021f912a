import type { Split, Triples } from '../kg/types.js';
import type { CandidateSets, RankingQueries } from './types.js';

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
  const answers = answersOf(known, relations, directions);
  const offset = new Int32Array(length + 1);
  const filtered: number[] = [];
  for (let i = 0; i < length; i++) {
    for (const other of answers.get(entity[i] * 2 * relations + relation[i]) ?? [])
      if (other !== answer[i]) filtered.push(other);
    offset[i + 1] = filtered.length;
  }
  return {
    entity,
    relation,
    answer,
    filter: { offset, entity: Int32Array.from(filtered) },
    ...(label && { candidates: candidatesOf(label, answer) }),
  };
}

/** Query → its distinct known answers. */
function answersOf(
  known: readonly Triples[],
  relations: number,
  directions: 'tails' | 'both',
): Map<number, Set<number>> {
  const answers = new Map<number, Set<number>>();
  const add = (query: number, answer: number) => {
    const set = answers.get(query);
    if (set) set.add(answer);
    else answers.set(query, new Set([answer]));
  };
  for (const { head, relation, tail } of known)
    for (let i = 0; i < head.length; i++) {
      add(head[i] * 2 * relations + relation[i], tail[i]);
      if (directions === 'both') add(tail[i] * 2 * relations + relation[i] + relations, head[i]);
    }
  return answers;
}

/** Candidate sets by class: each answer against the entities of its own class. */
export function candidatesOf(label: Int32Array, answer: Int32Array): CandidateSets {
  const members: number[][] = [];
  for (let entity = 0; entity < label.length; entity++) {
    while (members.length <= label[entity]) members.push([]);
    members[label[entity]].push(entity);
  }
  return { set: answer.map((a) => label[a]), members: members.map((list) => Int32Array.from(list)) };
}
