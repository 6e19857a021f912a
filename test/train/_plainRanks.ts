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

/** The rows of a model's saved vectors. */
export function savedRows(folder: string) {
  const { tensors, metadata } = readTensors(join(folder, files.model));
  const row = (name: string, i: number): number[] => {
    const [, width] = tensors[name].shape;
    return [...tensors[name].data.slice(i * width, (i + 1) * width)];
  };
  return { row, tensors, metadata };
}

/** The score of (head, relation, tail) rows by a model's saved vectors: ComplEx, by `unit` over the tail's length, or TransE. */
export function plainScores(folder: string) {
  const { row, metadata } = savedRows(folder);
  return (head: number, relation: number, tail: number): number => {
    const [h, r, t] = [row('entity', head), row('relation', relation), row('entity', tail)];
    if (metadata.encoder === 'transe') return -Math.hypot(...h.map((x, i) => x + r[i] - t[i]));
    const half = h.length / 2;
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
