import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readRecord } from '../../src/train/folder.js';
import type { ModelName } from './settings.js';

/** When a model's validation MRR first reached the best one of `linked`. */
export interface TimeToReach {
  readonly model: ModelName;
  readonly reached: boolean;
  /** Epochs and seconds until then, or of the whole training where it was not reached. */
  readonly epochs: number;
  readonly seconds: number;
}

interface Validation {
  epoch: number;
  value: number;
  seconds: number;
}

function validations(folder: string): Validation[] {
  return readFileSync(path.join(folder, 'trace.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Validation & { type: string })
    .filter(({ type }) => type === 'evaluated');
}

/** Compares `alone`, `linked` and `student`, where they were trained. */
export function timeToReach(folders: ReadonlyMap<ModelName, string>): TimeToReach[] {
  const linked = folders.get('linked');
  if (!linked) return [];
  const best = Math.max(...validations(linked).map(({ value }) => value));
  return (['alone', 'linked', 'student'] as const).flatMap((model) => {
    const folder = folders.get(model);
    if (!folder) return [];
    const all = validations(folder);
    const hit = all.find(({ value }) => value >= best) ?? all[all.length - 1];
    const prepared = Number(readRecord(folder).result?.prepareSeconds ?? 0);
    return [{ model, reached: hit.value >= best, epochs: hit.epoch, seconds: hit.seconds + prepared }];
  });
}
