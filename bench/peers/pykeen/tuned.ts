import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../../../src/errors.js';
import { packageFolder } from '../../../src/graph/cypher.js';
import { writeJson } from '../../../src/train/job.js';
import type { Language } from '../../dbp5l/data.js';
import type { Setting, SideName } from './settings.js';
import type { Tried } from './tune.js';

/** What a tuning found, with all that it tried. */
export interface Tuned {
  readonly target: Language;
  readonly dim: number;
  readonly seed: number;
  readonly epochs: number;
  readonly patience: number;
  /** Each side's with the best validation MRR. */
  readonly settings: Readonly<Record<SideName, Setting>>;
  readonly tried: readonly Tried[];
}

/** Lies in the repository: what was tuned once need not be tuned again. */
const kept = () => path.join(packageFolder('bench/peers'), 'tuned.json');

const all = (file: string): Tuned[] => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);

/** Keeps a tuning, in place of an earlier one of the same target and size; returns where. */
export function keepTuned(tuned: Tuned, file = kept()): string {
  const isOther = ({ target, dim }: Tuned) => target !== tuned.target || dim !== tuned.dim;
  writeJson(file, [...all(file).filter(isOther), tuned]);
  return file;
}

/** @throws KgmentorError NO_DATA where the target was not tuned at this size */
export function readTuned(target: Language, dim: number, file = kept()): Tuned['settings'] {
  const found = all(file).find((one) => one.target === target && one.dim === dim);
  if (found) return found.settings;
  throw new KgmentorError('NO_DATA', `Neither side is tuned for ${target} and vectors of ${dim} numbers.`, {
    next: `Tune them first: npm run bench -- peers --tune --target ${target} --dim ${dim}`,
  });
}
