import { KgmentorError } from '../errors.js';
import { keyValue } from '../graph/keyValue.js';
import type { KeyValue } from '../kg/keys.js';

/** A row of `query-similar` and `query-predict`. */
export interface AnswerRow {
  readonly key: readonly unknown[];
  readonly name: string | null;
  readonly score: number;
}

/** The row with its key's values as the rest of the program has them. */
export function answerOf({ key, name, score }: AnswerRow): {
  key: readonly KeyValue[];
  name: string | null;
  score: number;
} {
  return { key: key.map((value) => keyValue(value) as KeyValue), name, score };
}

/**
 * How many answers are wanted.
 *
 * @throws KgmentorError USAGE unless a whole number from 1 to 1,000
 */
export function answersWanted(k = 10): number {
  if (Number.isInteger(k) && k >= 1 && k <= 1000) return k;
  throw new KgmentorError('USAGE', `k is ${k}, a whole number from 1 to 1000 expected.`);
}
