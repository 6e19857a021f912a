import { KgmentorError } from '../errors.js';
import { checkpointTensors, restoreModel, type Start } from '../model/model.js';
import { readTensors, type StoredTensor, writeTensors } from '../model/safetensors.js';
import { restoreTable, storeTable } from '../model/table.js';
import type { Job } from './job.js';
import { freshStopper, type Stopper } from './stopper.js';
import { createTrainer, shapeOf, type Trainer } from './trainer.js';

/** Where a training stands; together with the weights it is all that resuming needs. */
export interface Progress {
  /** Whole epochs done. */
  readonly epoch: number;
  /** Steps done of the epoch under way. */
  readonly step: number;
  /** Seconds of training steps, validations left out. */
  readonly seconds: number;
  /** Sum of the losses of the epoch under way. */
  readonly lossSum: number;
  readonly stopper: Stopper;
}

export const freshProgress: Progress = { epoch: 0, step: 0, seconds: 0, lossSum: 0, stopper: freshStopper };

/** Weights, optimiser state, settings and progress in one file that appears whole or not at all. */
export function saveCheckpoint(path: string, trainer: Trainer, progress: Progress): void {
  const tensors: Record<string, StoredTensor> = checkpointTensors(trainer.model);
  for (const [name, table] of Object.entries(trainer.extras))
    Object.assign(tensors, storeTable(`extra.${name}`, table, true));
  writeTensors(path, tensors, {
    settings: JSON.stringify(trainer.settings),
    // -Infinity is no JSON
    progress: JSON.stringify({
      ...progress,
      stopper: { ...progress.stopper, best: String(progress.stopper.best) },
    }),
  });
}

/**
 * The trainer and progress that {@link saveCheckpoint} wrote.
 *
 * @param start what the run began with, to which a job may hold its rows
 * @throws KgmentorError BAD_DATA for a truncated file, USAGE when the settings are not the job's
 */
export function loadCheckpoint(
  path: string,
  job: Job,
  start?: Start,
): { trainer: Trainer; progress: Progress } {
  const { tensors, metadata } = readTensors(path);
  if (metadata.settings !== JSON.stringify(job.settings))
    throw new KgmentorError('USAGE', `${path} was trained with other settings than the job names.`, {
      next: 'Resume with the settings of the run, or begin a new run.',
    });
  const progress = JSON.parse(metadata.progress) as Progress;
  const extras = Object.fromEntries(
    Object.keys(tensors)
      .filter((name) => /^extra\.\w+$/.test(name))
      .map((name) => [name.slice('extra.'.length), restoreTable(name, tensors)]),
  );
  const model = restoreModel(shapeOf(job), tensors);
  const trainer = createTrainer(job, { restored: { model, extras }, start });
  return {
    trainer,
    progress: { ...progress, stopper: { ...progress.stopper, best: Number(progress.stopper.best) } },
  };
}
