import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import { writeJson } from './job.js';
import type { Choice } from './searchSpace.js';

/** One training of a search. */
export interface Trial {
  /** From 1; the first one has the settings as they are. */
  readonly trial: number;
  /** Of successive halving, from 0; always 0 in a random search. */
  readonly rung: number;
  readonly choice: Choice;
  readonly status: 'done' | 'failed';
  /** Best validation MRR in [0, 1] and its epoch. */
  readonly best?: number;
  readonly bestEpoch?: number;
  readonly epochs?: number;
  readonly seconds?: number;
  readonly peakMb?: number;
  /** Why it failed. */
  readonly error?: string;
}

const files = { search: 'search.json', trials: 'trials.jsonl' } as const;

/** The trials that a search's folder holds; the folder is made where missing. */
export function openTrials(folder: string, description: unknown): Trial[] {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, files.trials);
  if (!existsSync(path.join(folder, files.search))) writeJson(path.join(folder, files.search), description);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, i) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as Trial];
    } catch (cause) {
      throw new KgmentorError('BAD_DATA', `${file}:${i + 1} is no JSON.`, {
        next: 'Remove the line; its trial is trained again.',
        cause,
      });
    }
  });
}

export const addTrial = (folder: string, trial: Trial): void =>
  appendFileSync(path.join(folder, files.trials), `${JSON.stringify(trial)}\n`);

/** Takes the columns and vectors out of a trial's run folder; its record and its trace stay. */
export function slim(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.endsWith('.safetensors') || name === 'entities.json') rmSync(path.join(folder, name));
}
