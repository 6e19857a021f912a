import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../../src/errors.js';
import { readRecord } from '../../src/train/folder.js';
import type { GrowOutcome } from '../../src/train/growLinks.js';
import { files } from '../../src/train/job.js';
import type { TrainResult } from '../../src/train/messages.js';
import { type RunOptions, type RunOutcome, resumeRun } from '../../src/train/runFolder.js';

/** The training of a cell, from its run folder where that is done or begun. */
export interface Trained {
  readonly result: TrainResult;
  /** By the wall clock of this call. */
  readonly seconds: number;
  /** Whether a part of it was done by an earlier call. */
  readonly resumed: boolean;
}

/** Whether a folder holds a training that has ended well. */
export const isTrained = (folder: string): boolean =>
  existsSync(path.join(folder, files.record)) &&
  readRecord(folder).status === 'done' &&
  existsSync(path.join(folder, files.model));

/**
 * Trains what a run folder is for: not at all where it is done, from the checkpoint where it was begun.
 *
 * @param begin trains from the start
 */
export async function trainOnce(
  folder: string,
  options: RunOptions,
  begin: () => Promise<RunOutcome>,
): Promise<Trained> {
  const started = performance.now();
  const done = (result: TrainResult, resumed: boolean): Trained => ({
    result,
    seconds: (performance.now() - started) / 1000,
    resumed,
  });
  if (isTrained(folder)) return done(readRecord(folder).result as unknown as TrainResult, true);
  if (existsSync(path.join(folder, files.record)) && readRecord(folder).status !== 'done') {
    try {
      return done((await resumeRun(folder, options)).result, true);
    } catch (error) {
      // A folder that a kill left half written is begun anew.
      if (!(error instanceof KgmentorError && error.code === 'BAD_DATA')) throw error;
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return done((await begin()).result, false);
}

/** A teacher that grows links: all its rounds, from where an earlier call stopped. */
export async function growOnce(
  folder: string,
  grow: (resume: boolean) => Promise<GrowOutcome>,
): Promise<Trained & { readonly outcome: GrowOutcome }> {
  const started = performance.now();
  const resumed = existsSync(path.join(folder, files.record));
  if (!resumed) rmSync(folder, { recursive: true, force: true });
  const outcome = await grow(resumed);
  return { result: outcome.result, seconds: (performance.now() - started) / 1000, resumed, outcome };
}

/** Of each validation: epoch, MRR, seconds of training until then. */
export const validationsOf = (folder: string): [number, number, number][] =>
  traced<{ epoch: number; value: number; seconds: number }>(folder, 'evaluated').map(
    ({ epoch, value, seconds }) => [epoch, value, seconds],
  );

/** What the training's last epoch ran on, as its trace says. */
export const deviceOf = (folder: string): string | undefined =>
  traced<{ device?: string }>(folder, 'epoch').at(-1)?.device;

/** A run's traced events of a type. */
export function traced<T>(folder: string, type: string): T[] {
  const file = path.join(folder, files.trace);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`"${type}"`))
    .map((line) => JSON.parse(line) as T);
}
