import type { EvaluationSettings } from '../config.js';
import type { Triples } from '../kg/types.js';
import { type Facts, readFacts, readModelEntities, readRecord } from './folder.js';

/** What every task reads of a student's run. */
export interface EvaluationInput {
  readonly facts: Facts;
  readonly entities: number;
  /** Entity → canonical key. */
  readonly keys: readonly string[];
  /** Names. */
  readonly relations: readonly string[];
  readonly evaluation: EvaluationSettings;
}

/**
 * @param evaluation the run's own settings where absent
 * @throws KgmentorError BAD_DATA when the folder holds no student
 */
export function readEvaluationInput(folder: string, evaluation?: EvaluationSettings): EvaluationInput {
  const facts = readFacts(folder);
  const { sources, relations } = readModelEntities(folder);
  return {
    facts,
    entities: facts.label.length,
    keys: sources[0].keys,
    relations,
    evaluation: evaluation ??
      (readRecord(folder).settings.evaluation as EvaluationSettings | undefined) ?? {
        directions: 'both',
        candidates: 'label',
      },
  };
}

/** Entity → candidate class, where they are told apart: one class for all is no restriction, and ranking without is faster. */
export const candidateClasses = (
  { label }: Facts,
  { candidates }: EvaluationSettings,
): Int32Array | undefined =>
  candidates === 'label' && label.some((one) => one !== label[0]) ? label : undefined;

/** The background between the target's own entities, without the rows that hop 1 adds, with votes. */
export function withinTarget(facts: Facts, entities: number): Triples & { readonly votes: Int32Array } {
  const { head, relation, tail } = facts.background;
  const keep = [...head.keys()].filter((i) => head[i] < entities && tail[i] < entities);
  const pick = (column: Int32Array) => Int32Array.from(keep, (i) => column[i]);
  return { head: pick(head), relation: pick(relation), tail: pick(tail), votes: pick(facts.votes) };
}
