/** Rankings from saved vectors and from facts, one comparison at a time. */
import { join } from 'node:path';
import { readTensors } from '../../src/model/safetensors.js';
import type { Facts } from '../../src/train/folder.js';
import { files } from '../../src/train/job.js';
import { answers, type PlainQuery, plainQueries, plainRank } from '../evaluate/_plain.js';
import { type Fact, facts } from '../kg/_facts.js';

/** Order of a candidate and the answer: above 0 where the candidate is the better one. */
export type Compare = (query: PlainQuery, candidate: number, answer: number) => number;

export interface PlainOptions {
  readonly asked: readonly Fact[];
  /** Facts whose answers are not ranked against. */
  readonly known: readonly Fact[];
  readonly directions: 'tails' | 'both';
  /** Entity → candidate class; every entity is a candidate where absent. */
  readonly label?: Int32Array;
  readonly entities: number;
}

export const plainRanks = ({ asked, known, directions, label, entities }: PlainOptions, compare: Compare) =>
  plainQueries(asked, directions).map((query) =>
    plainRank(
      query.answer,
      entities,
      (c) => (!label || label[c] === label[query.answer]) && !known.some((fact) => answers(query, fact, c)),
      (candidate, answer) => compare(query, candidate, answer),
    ),
  );

/** The score of (head, relation, tail) rows by a model's saved vectors: ComplEx, by `unit` over the tail's length. */
export function plainScores(folder: string) {
  const { tensors, metadata } = readTensors(join(folder, files.model));
  const [, dim] = tensors.entity.shape;
  const half = dim / 2;
  const row = (name: string, i: number) => [...tensors[name].data.slice(i * dim, (i + 1) * dim)];
  return (head: number, relation: number, tail: number): number => {
    const [h, r, t] = [row('entity', head), row('relation', relation), row('entity', tail)];
    let sum = 0;
    for (let j = 0; j < half; j++) {
      const [a, b, c, d] = [h[j], h[j + half], r[j], r[j + half]];
      sum += (a * c - b * d) * t[j] + (a * d + b * c) * t[j + half];
    }
    return metadata.geometry === 'unit' ? sum / Math.hypot(...t) : sum;
  };
}

/** How often a candidate answers the relation in the target's training facts. */
export function plainFrequency({ split }: Facts) {
  const train = facts(split.train);
  return ({ relation, asksHead }: PlainQuery, candidate: number): number =>
    train.filter(([h, r, t]) => r === relation && (asksHead ? h : t) === candidate).length;
}
