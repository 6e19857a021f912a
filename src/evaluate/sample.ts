import type { EvaluationSettings } from '../config.js';
import { factHash } from '../kg/split.js';
import type { Triples } from '../kg/types.js';

/**
 * Scores that ranking held-out facts may take, a question and an entity each. Ranking all facts would grow with the
 * square of a graph, and soon take longer than the training: these are about half a minute of two cores for a
 * validation, and a few minutes for the evaluation of a finished student.
 */
const SCORES = { valid: 2e9, test: 1e10 };
/** Facts that are ranked in any case: the standard error of their MRR is about half a point. */
const LEAST = 5_000;

/**
 * Facts of a side that are ranked at most among so many entities.
 *
 * @param evaluation `most` is of test facts: what chooses and judges is not thinned by it
 */
export function mostRanked(
  entities: number,
  side: 'valid' | 'test',
  { most, directions }: Pick<EvaluationSettings, 'most' | 'directions'>,
): number {
  if (side === 'test' && most !== undefined) return most;
  const questions = directions === 'both' ? 2 : 1;
  return Math.max(LEAST, Math.floor(SCORES[side] / (questions * entities)));
}

/** What facts are called beyond one reading of the graph. */
export interface FactNames {
  /** Entity → canonical key. */
  readonly keys: readonly string[];
  /** Relation → name. */
  readonly relations: readonly string[];
}

/**
 * Sorted rows of a sample of facts: those with the least of a hash of their names, so that nearly the same ones are
 * asked after a growth of the graph, and of a smaller sample all are in a larger one.
 *
 * @returns undefined where there are no more than `most`
 * @example
 * const rows = sampleRows(split.test, { keys: entities.keys, relations }, 5000);
 */
export function sampleRows(facts: Triples, names: FactNames, most: number): Int32Array | undefined {
  const { length } = facts.head;
  if (length <= most) return undefined;
  const hash = factHash(names.keys, names.relations, 'sample');
  const places = new Float64Array(length);
  for (let i = 0; i < length; i++) places[i] = hash(facts.head[i], facts.relation[i], facts.tail[i]);
  const last = places.toSorted()[most - 1];
  const rows = new Int32Array(most);
  let n = 0;
  for (let i = 0; i < length && n < most; i++) if (places[i] <= last) rows[n++] = i;
  return rows;
}
