import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../errors.js';
import { writeJson } from '../train/job.js';

/** What a scheduler keeps of one schedule over a restart; times are ISO 8601. */
export interface ScheduleState {
  /** All times up to this one were run, skipped or told as missed. */
  readonly seen: string;
  /** By target: the time of the run that is under way. */
  readonly running: Readonly<Record<string, string>>;
  /** By target: the last run that ended. */
  readonly last: Readonly<Record<string, { readonly at: string; readonly outcome: string }>>;
}

/** By the schedules' names. */
export type ScheduleStates = Readonly<Record<string, ScheduleState>>;

const fileOf = (runs: string): string => path.join(runs, 'schedules.json');

/** Folder that exists while a scheduler is at work on a folder of runs. */
export const schedulerLock = (runs: string): string => path.join(runs, 'schedules.lock');

/** @throws KgmentorError BAD_DATA for a damaged file: what was missed could not be told */
export function readScheduleStates(runs: string): ScheduleStates {
  const file = fileOf(runs);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ScheduleStates;
  } catch (cause) {
    throw new KgmentorError('BAD_DATA', `${file} is damaged: it holds no whole JSON text.`, {
      next: 'Remove it; then no missed time before now is told.',
      cause,
    });
  }
}

/** Keeps it in the folder of the runs, whole or not at all. */
export function writeScheduleStates(runs: string, states: ScheduleStates): void {
  mkdirSync(runs, { recursive: true });
  writeJson(fileOf(runs), states);
}
