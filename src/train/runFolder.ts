import { readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { StudentSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { OnEvent, Trained } from '../events.js';
import type { BatchSource } from '../kg/batchSource.js';
import { isAlive } from '../setup/lock.js';
import { isPartial } from '../wholeFile.js';
import { type Drift, driftOfRun } from './drift.js';
import { type RunRecord, readRecord, writeRecord } from './folder.js';
import { readJob } from './job.js';
import type { TrainResult } from './messages.js';
import { runTraining } from './process.js';

export interface RunOptions {
  /** Go on from the folder's checkpoint. */
  readonly resume?: boolean;
  /** Threads of TensorFlow, part of what makes a run reproducible; all cores where absent. */
  readonly threads?: number;
  /** The only GPU that is used, as a value of CUDA_VISIBLE_DEVICES; all where absent. */
  readonly device?: string;
  /** Aborting writes a checkpoint and ends with INTERRUPTED. */
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
  /** Feeds a run whose job was made for it. */
  readonly feed?: BatchSource;
}

export interface RunOutcome {
  readonly folder: string;
  readonly result: TrainResult;
  /** How far its vectors moved from those of the earlier model that it began with; absent where it began with none. */
  readonly drift?: Drift;
}

/** Two processes that train one run would overwrite each other's checkpoints. */
function requireIdle(folder: string, status: RunRecord['status'], other: RunRecord['process']): void {
  if (status !== 'running' || !other || other.host !== hostname() || other.pid === process.pid) return;
  if (!isAlive(other.pid)) return;
  throw new KgmentorError('USAGE', `Process ${other.pid} is training ${folder}.`, {
    next: 'Wait for it, stop it with Ctrl-C, or name another run with --run.',
  });
}

/** What a killed process was writing. */
function removePartials(folder: string): void {
  for (const name of readdirSync(folder).filter(isPartial)) rmSync(join(folder, name), { force: true });
}

/** Trains the job of a run folder and keeps its record's status true. */
export async function runFolder(
  folder: string,
  role: 'teacher' | 'student',
  options: RunOptions,
): Promise<RunOutcome> {
  const { process: other, ...record } = readRecord(folder);
  requireIdle(folder, record.status, other);
  removePartials(folder);
  const trained: Trained = { role, ...(record.target !== undefined && { target: record.target }) };
  const end = (status: RunRecord['status'], done?: Pick<RunOutcome, 'result' | 'drift'>) =>
    writeRecord(folder, { ...record, status, ...(done && { ...done, result: { ...done.result } }) });
  writeRecord(folder, { ...record, status: 'running', process: { pid: process.pid, host: hostname() } });
  options.onEvent?.({ type: 'begun', ...trained, folder, resumed: options.resume === true });
  try {
    const result = await runTraining(folder, {
      resume: options.resume,
      threads: options.threads,
      device: options.device,
      signal: options.signal,
      feed: options.feed,
      onMessage: (message) => {
        if (message.type === 'ended' || message.type === 'failed' || message.type === 'feed') return;
        options.onEvent?.(message.type === 'device' ? message : { ...message, ...trained });
      },
    });
    const drift = record.from && driftOfRun(folder, record.counts.entities ?? record.counts.rows);
    const done = { result, ...(drift && { drift }) };
    end('done', done);
    if (drift) options.onEvent?.({ type: 'drift', ...trained, ...drift });
    const seconds = result.trainSeconds + result.prepareSeconds;
    options.onEvent?.({ type: 'done', ...trained, folder, seconds });
    return { folder, ...done };
  } catch (error) {
    const code = error instanceof KgmentorError ? error.code : 'UNEXPECTED';
    try {
      end(code === 'INTERRUPTED' ? 'interrupted' : 'failed');
    } catch {
      // On a full disk the record stays as it is; the first error is the one to tell.
    }
    const message = error instanceof Error ? error.message : String(error);
    options.onEvent?.({ type: 'failed', ...trained, folder, code, message });
    throw error;
  }
}

/**
 * Goes on with an unfinished run from its checkpoint; the folder alone is needed.
 *
 * @throws KgmentorError BAD_DATA when the folder or its checkpoint is damaged
 */
export async function resumeRun(folder: string, options: RunOptions = {}): Promise<RunOutcome> {
  return runFolder(folder, readRecord(folder).kind, { ...options, resume: true });
}

/** Whether a run's batches are pulled from the graph while it trains. */
export const isFed = (folder: string): boolean => readJob(folder).feed !== undefined;

/** The settings with which a student's run was begun. */
export const studentSettings = (folder: string): StudentSettings =>
  readJob(folder).settings as StudentSettings;
