import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchSource } from '../../kg/batchSource.js';
import { files, readJob } from '../job.js';
import { type PretrainInput, writePretraining } from '../pretrain.js';
import { runTraining } from '../process.js';
import { beginRetraining, type RetrainInput } from '../retrain.js';
import type { RunOptions } from '../runFolder.js';
import { machineMemory, type Room, requireFits } from './fit.js';
import type { MemoryPlan } from './memory.js';
import { shapeOfJob } from './shape.js';
import type { Trial } from './trialResult.js';

/** What a training will need, told before it is begun. */
export interface TrainingPlan {
  readonly role: 'teacher' | 'student';
  readonly rows: number;
  readonly relations: number;
  /** Grouped queries an epoch. */
  readonly queries: number;
  readonly memory: MemoryPlan & Room;
  readonly epochs: number;
  /** Steps of all epochs: the most, as training may stop early. */
  readonly steps: number;
  readonly trial: Trial;
  readonly seconds: {
    /** Steps of one epoch. */
    readonly epoch: number;
    /** Preparation, all epochs and their validations. */
    readonly all: number;
  };
}

export interface PlanOptions extends Pick<RunOptions, 'threads' | 'device' | 'signal' | 'onEvent'> {
  /** Memory to plan for, in MB (2²⁰ bytes); that of this machine where absent. */
  readonly machineMb?: number;
}

/**
 * What `pretrain` would need of memory, steps and time, the time from a trial of the real trainer. Leaves nothing behind.
 *
 * @throws KgmentorError USAGE where the training cannot fit into memory, with the setting to change; what `pretrain` throws
 * @example
 * const { memory, seconds } = await planPretraining({ dataset, settings: config.teacher });
 */
export const planPretraining = (
  input: Omit<PretrainInput, 'folder' | 'id'>,
  options: PlanOptions = {},
): Promise<TrainingPlan> =>
  inFolder(async (folder) => {
    writePretraining({ ...input, folder, id: 'plan' });
    return planFolder(folder, undefined, options);
  });

/** The same of `retrain`. Answers of the teacher that it computed stay beside the teacher, for the training to come. */
export const planRetraining = (
  input: Omit<RetrainInput, 'folder' | 'id'>,
  options: PlanOptions = {},
): Promise<TrainingPlan> =>
  inFolder(async (folder) => {
    const feed = await beginRetraining({ ...input, folder, id: 'plan' }, options);
    return planFolder(folder, feed, options);
  });

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kgmentor-plan-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same of a run folder that was written and is not trained yet; throws as `planPretraining` does. */
export async function planFolder(
  folder: string,
  feed: BatchSource | undefined,
  { machineMb = machineMemory(), onEvent, ...options }: PlanOptions,
): Promise<TrainingPlan> {
  const job = readJob(folder);
  const { kind: role, settings, rows, relations, queries } = job;
  const room = { machineMb, hereMb: process.memoryUsage().rss / 2 ** 20 };
  const memory = { ...requireFits(role, shapeOfJob(job), room), ...room };
  const { peakMb } = await runTraining(folder, {
    ...options,
    feed,
    ask: { mode: 'trial', by: folder },
    onMessage: (message) => message.type === 'device' && onEvent?.(message),
  });
  const found = JSON.parse(readFileSync(join(folder, files.trial), 'utf8')) as Omit<Trial, 'peakMb'>;
  const trial = { ...found, peakMb };
  const { epochs, evaluateEvery } = settings;
  const epoch = trial.stepsAnEpoch * trial.secondsAStep;
  const validations = Math.ceil(epochs / evaluateEvery);
  return {
    role,
    rows,
    relations,
    queries: queries.entity.length,
    memory,
    epochs,
    steps: epochs * trial.stepsAnEpoch,
    trial,
    seconds: {
      epoch,
      all: trial.prepareSeconds + epochs * epoch + validations * trial.validationSeconds,
    },
  };
}
