import { cypher } from '../graph/cypher.js';
import { ask, type Transaction } from '../graph/rows.js';
import type { KeyValue } from '../kg/keys.js';
import { answerOf } from './answers.js';
import type { FoundNode, Published } from './published.js';
import type { TripleQuery } from './tripleQueries.js';

/** Entities that each step goes on from. */
const WIDTH = 32;
/** Candidates at least that a step's probabilities are over, and at most: each of the 32 asks for as many. */
const CANDIDATES = 200;
const MOST_CANDIDATES = 2000;

export interface BeamQuestion {
  readonly node: FoundNode;
  readonly query: TripleQuery;
  /** Vectors of the relations in their order, each with the label that its answers have. */
  readonly steps: readonly { readonly vector: readonly number[]; readonly answers: Published }[];
  readonly k: number;
  /** Element ids that are no answers. */
  readonly leftOut: readonly string[];
  /** Property shown to people. */
  readonly name: string | null;
}

interface BeamRow {
  readonly vector: readonly number[];
  readonly probability: number;
  readonly key: readonly unknown[];
  readonly name: string | null;
}

/**
 * Answers a path of relations by a triple encoder: each step asks the 32 entities that are likeliest so far.
 *
 * @returns best first; the score is the logarithm of the probability over all ways that the beam holds
 */
export async function beam(
  tx: Transaction,
  { node, query, steps, k, leftOut, name }: BeamQuestion,
): Promise<{ key: readonly KeyValue[]; name: string | null; score: number }[]> {
  let found: readonly Pick<BeamRow, 'vector' | 'probability'>[] = [{ ...node, probability: 1 }];
  const step = ({ vector, answers }: BeamQuestion['steps'][number], more: object) => {
    if (found.length === 0) return [];
    return ask<BeamRow>(tx, cypher('query-beam'), {
      queries: found.map((one) => query(one.vector, vector)),
      weights: found.map(({ probability }) => probability),
      index: answers.index,
      slot: answers.slot,
      geometry: answers.geometry,
      properties: answers.keyProperties,
      ...more,
    });
  };
  const wide = ({ count }: Published, wanted: number) =>
    BigInt(Math.min(Math.max(wanted, CANDIDATES), MOST_CANDIDATES, Math.max(count, 1)));
  for (const one of steps.slice(0, -1))
    found = await step(one, { wide: wide(one.answers, 0), k: BigInt(WIDTH), leftOut: [], name: null });
  const last = steps[steps.length - 1];
  const answers = await step(last, {
    wide: wide(last.answers, 5 * k + leftOut.length),
    k: BigInt(k),
    leftOut,
    name,
  });
  return answers.map(({ probability, ...row }) => answerOf({ ...row, score: Math.log(probability) }));
}
