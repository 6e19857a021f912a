/** What the parent and the training process tell each other of facts to be scored, as files. */
import { join } from 'node:path';
import type { Triples } from '../../kg/types.js';
import { readTensors, writeTensors } from '../../model/safetensors.js';
import { files } from '../job.js';
import { column } from '../packQueries.js';

/** What tells true facts: the model's own score, or the log-probability of the tail among all entities. */
export type Measure = 'score' | 'logProbability';

/** Facts by name, to be scored by one measure. */
export interface FactQuestions {
  readonly facts: Readonly<Record<string, Triples>>;
  readonly measure: Measure;
}

const COLUMNS = ['head', 'relation', 'tail'] as const;

export function writeFactQuestions(folder: string, { facts, measure }: FactQuestions): void {
  const packed = Object.entries(facts).flatMap(([name, triples]) =>
    COLUMNS.map((part) => [`${name}/${part}`, column(triples[part])] as const),
  );
  writeTensors(join(folder, files.asked), Object.fromEntries(packed), {
    facts: JSON.stringify(Object.keys(facts)),
    measure,
  });
}

export function readFactQuestions(folder: string): FactQuestions {
  const { tensors, metadata } = readTensors(join(folder, files.asked));
  const get = (name: string) => tensors[name].data as Int32Array;
  const names = JSON.parse(metadata.facts) as string[];
  return {
    facts: Object.fromEntries(
      names.map((name) => [
        name,
        { head: get(`${name}/head`), relation: get(`${name}/relation`), tail: get(`${name}/tail`) },
      ]),
    ),
    measure: metadata.measure as Measure,
  };
}

/** Scores of the facts by name, in their order. */
export type FactScores = Readonly<Record<string, Float32Array>>;

export function writeFactScores(folder: string, scores: FactScores): void {
  const packed = Object.entries(scores).map(([name, found]) => [name, column(found)] as const);
  writeTensors(join(folder, files.scores), Object.fromEntries(packed));
}

export function readFactScores(folder: string): FactScores {
  const { tensors } = readTensors(join(folder, files.scores));
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));
}
