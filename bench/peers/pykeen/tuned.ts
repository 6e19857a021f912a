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
  readonly settings: Readonly<Partial<Record<SideName, Setting>>>;
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

/** What was tried with the same budget. */
export function triedBefore(
  wanted: Pick<Tuned, 'target' | 'dim' | 'seed' | 'epochs' | 'patience'>,
  file = kept(),
): readonly Tried[] {
  const isSame = (one: Tuned) =>
    (['target', 'dim', 'seed', 'epochs', 'patience'] as const).every((key) => one[key] === wanted[key]);
  return all(file).find(isSame)?.tried ?? [];
}

/**
 * Each side's setting, and the seed by which they were chosen.
 *
 * @throws KgmentorError NO_DATA where a side was not tuned for the target at this size
 */
export function readTuned(
  target: Language,
  dim: number,
  file = kept(),
): Readonly<Record<SideName, Setting>> & { readonly seed: number } {
  const found = all(file).find((one) => one.target === target && one.dim === dim);
  const { kgmentor, PyKEEN } = found?.settings ?? {};
  if (found && kgmentor && PyKEEN) return { kgmentor, PyKEEN, seed: found.seed };
  throw new KgmentorError(
    'NO_DATA',
    `The two sides are not tuned for ${target} and vectors of ${dim} numbers.`,
    {
      next: `Tune them first: npm run bench -- peers --tune --target ${target} --dim ${dim}`,
    },
  );
}
