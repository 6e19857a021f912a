import { KgmentorError } from '../errors.js';
import { checkpointTensors, restoreModel } from '../model/model.js';
import { readTensors, type StoredTensor, writeTensors } from '../model/safetensors.js';
import { restoreTable, storeTable } from '../model/table.js';
import type { Job } from './job.js';
import { freshStopper, type Stopper } from './stopper.js';
import type { TeacherStart } from './teacherStart.js';
import { shapeOf, type Trainer, type TrainerFrom } from './trainer.js';

/** Where a training stands; together with the weights it is all that resuming needs. */
export interface Progress {
  /** Whole epochs done. */
  readonly epoch: number;
  /** Steps done of the epoch under way. */
  readonly step: number;
  /** Seconds of training steps, validations left out. */
  readonly seconds: number;
  /** Of them, waited for batches. */
  readonly waited: number;
  /** Sum of the losses of the epoch under way. */
  readonly lossSum: number;
  readonly stopper: Stopper;
  /** What the vectors began with, where that was the teacher's. */
  readonly start?: TeacherStart;
}

export const freshProgress: Progress = {
  epoch: 0,
  step: 0,
  seconds: 0,
  waited: 0,
  lossSum: 0,
  stopper: freshStopper,
};

/**
 * Weights, optimiser state, settings and progress in one file that appears whole or not at all.
 *
 * @param sound gives the tensors back, or throws for what is not to be kept
 */
export function saveCheckpoint(
  path: string,
  trainer: Trainer,
  progress: Progress,
  sound: (tensors: Record<string, StoredTensor>) => Record<string, StoredTensor>,
): void {
  const tensors: Record<string, StoredTensor> = checkpointTensors(trainer.model);
  for (const [name, table] of Object.entries(trainer.extras))
    Object.assign(tensors, storeTable(`extra.${name}`, table, true));
  writeTensors(path, sound(tensors), {
    settings: JSON.stringify(trainer.settings),
    // -Infinity is no JSON
    progress: JSON.stringify({
      ...progress,
      stopper: { ...progress.stopper, best: String(progress.stopper.best) },
    }),
  });
}

/**
 * The tables and progress that {@link saveCheckpoint} wrote.
 *
 * @throws KgmentorError BAD_DATA for a truncated file, USAGE when the settings are not the job's
 */
export function readCheckpoint(
  path: string,
  job: Job,
): { restored: NonNullable<TrainerFrom['restored']>; progress: Progress } {
  const { tensors, metadata } = readTensors(path);
  if (metadata.settings !== JSON.stringify(job.settings))
    throw new KgmentorError('USAGE', `${path} was trained with other settings than the job names.`, {
      next: 'Resume with the settings of the run, or begin a new run.',
    });
  const progress = { ...freshProgress, ...(JSON.parse(metadata.progress) as Progress) };
  const extras = Object.fromEntries(
    Object.keys(tensors)
      .filter((name) => /^extra\.\w+$/.test(name))
      .map((name) => [name.slice('extra.'.length), restoreTable(name, tensors)]),
  );
  return {
    restored: { model: restoreModel(shapeOf(job), tensors), extras },
    progress: { ...progress, stopper: { ...progress.stopper, best: Number(progress.stopper.best) } },
  };
}
