import { join } from 'node:path';
import type { Usage } from '../events.js';
import type { WalkStatistics } from '../kg/walkStatistics.js';
import { modelTensors } from '../model/model.js';
import { type StoredTensor, writeTensors } from '../model/safetensors.js';
import type { Batch, Batches } from './batches.js';
import { type Progress, saveCheckpoint } from './checkpoint.js';
import { collector } from './collect.js';
import { areFinite, diverged } from './diverged.js';
import { files, type Job } from './job.js';
import { meanReciprocalRank, rankModel } from './rankModel.js';
import { observe, shouldStop } from './stopper.js';
import type { TeacherStart } from './teacherStart.js';
import { appendTrace } from './trace.js';
import type { Trainer } from './trainer.js';

export type TrainEvent =
  | (Partial<Usage> & {
      type: 'epoch';
      epoch: number;
      epochs: number;
      loss: number;
      rowsPerSecond: number;
      etaSeconds: number;
      /** Share of the seconds until now that the trainer waited for its batches, in [0, 1]. */
      waiting: number;
    })
  | {
      type: 'step';
      epoch: number;
      epochs: number;
      step: number;
      steps: number;
      rowsPerSecond: number;
      etaSeconds: number;
    }
  | {
      type: 'evaluated';
      epoch: number;
      metric: 'mrr';
      value: number;
      best: boolean;
      /** Of the steps until now. */
      seconds: number;
      validationSeconds: number;
    }
  /** While the teacher answers the job's queries, before the first step. */
  | { type: 'progress'; name: string; done: number; total: number; rowsPerSecond: number; etaSeconds: number }
  | ({ type: 'started' } & TeacherStart)
  | { type: 'resumed'; epoch: number; step: number }
  | ({ type: 'walks' } & WalkStatistics);

export interface LoopOptions {
  readonly folder: string;
  /** From where `progress` stands. */
  readonly batches: Batches;
  /** Told with each epoch; nothing where absent. */
  readonly usage?: () => Promise<Usage>;
  readonly emit: (event: TrainEvent) => void;
  /** True once a stop was asked for; asked between steps. */
  readonly stopping: () => boolean;
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000;

const collect = collector();

/** A step blocks the event loop; this lets messages in, and now and then garbage out. */
export async function breathe(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  collect();
}

/**
 * The one training loop, for teachers and students: epochs of shuffled batches, validation, early stopping, a
 * checkpoint after each validation, at a stop and where a batch cannot be had. The best weights lie in `model.safetensors`.
 *
 * @returns how it ended: 'done', or 'stopped' with a checkpoint to go on from
 */
export async function trainLoop(
  job: Job,
  trainer: Trainer,
  progress: Progress,
  options: LoopOptions,
): Promise<{ ended: 'done' | 'stopped'; progress: Progress }> {
  const { settings } = job;
  let { epoch, step, seconds, waited, lossSum, stopper } = progress;
  const now = (): Progress => ({ ...progress, epoch, step, seconds, waited, lossSum, stopper });
  // The loss is of the weights before a step: what the last one made of them is looked at before they are kept.
  const sound = (tensors: Record<string, StoredTensor>) => {
    if (!areFinite(tensors)) throw diverged('weights are no numbers', epoch + 1, step);
    return tensors;
  };
  const keep = (progress: Progress) =>
    saveCheckpoint(join(options.folder, files.checkpoint), trainer, progress, sound);
  const checkpoint = () => keep(now());
  const saveBest = () =>
    writeTensors(
      join(options.folder, files.model),
      sound(modelTensors(trainer.model)),
      metadataOf(job, epoch),
    );
  const trace = (event: TrainEvent) => {
    appendTrace(options.folder, { ...event, seconds });
    options.emit(event);
  };
  const { batches } = options;
  const { steps, size } = batches;
  batches.walks?.then((walks) => trace({ type: 'walks', ...walks }));
  const patience = job.valid ? settings.patience : Number.POSITIVE_INFINITY;

  for (; epoch < settings.epochs && !shouldStop(stopper, patience); epoch++, step = 0, lossSum = 0) {
    let told = performance.now();
    const rate = () => ((epoch * steps + step) * size) / Math.max(seconds, 1e-9);
    const eta = () => (((settings.epochs - epoch) * steps - step) * size) / Math.max(rate(), 1e-9);
    for (; step < steps; ) {
      const started = performance.now();
      let batch: Batch;
      try {
        batch = await batches.take(epoch, step);
        waited += secondsSince(started);
      } catch (error) {
        checkpoint();
        if (options.stopping()) return { ended: 'stopped', progress: now() };
        throw error;
      }
      const done = epoch * steps + step;
      const loss = trainer.step(batch, { share: done / (steps * settings.epochs), count: done + 1 });
      // Before anything is kept of it: the checkpoint before is whole.
      if (!Number.isFinite(loss)) throw diverged(`loss is ${loss}`, epoch + 1, step + 1);
      lossSum += loss;
      step++;
      seconds += secondsSince(started);
      if (performance.now() - told > 500) {
        told = performance.now();
        options.emit({
          type: 'step',
          epoch: epoch + 1,
          epochs: settings.epochs,
          step,
          steps,
          rowsPerSecond: rate(),
          etaSeconds: eta(),
        });
      }
      await breathe();
      if (options.stopping()) {
        checkpoint();
        return { ended: 'stopped', progress: now() };
      }
    }
    trace({
      type: 'epoch',
      epoch: epoch + 1,
      epochs: settings.epochs,
      loss: lossSum / steps,
      rowsPerSecond: rate(),
      etaSeconds: eta(),
      waiting: waited / Math.max(seconds, 1e-9),
      ...(await options.usage?.()),
    });
    const last = epoch + 1 === settings.epochs;
    if (job.valid && ((epoch + 1) % settings.evaluateEvery === 0 || last)) {
      const asked = performance.now();
      const value = meanReciprocalRank(rankModel(trainer.model, job.entities, job.valid));
      const validationSeconds = secondsSince(asked);
      if (!Number.isFinite(value)) throw diverged(`validation MRR is ${value}`, epoch + 1, step);
      stopper = observe(stopper, epoch + 1, value);
      if (stopper.waited === 0) saveBest();
      trace({
        type: 'evaluated',
        epoch: epoch + 1,
        metric: 'mrr',
        value,
        best: stopper.waited === 0,
        seconds,
        validationSeconds,
      });
    } else if (!job.valid && last) {
      saveBest();
    }
    // What a killed process goes on from.
    if ((epoch + 1) % settings.evaluateEvery === 0 && !last)
      keep({
        epoch: epoch + 1,
        step: 0,
        seconds,
        waited,
        lossSum: 0,
        stopper,
      });
  }
  checkpoint();
  return { ended: 'done', progress: now() };
}

/** What a model file says of itself. */
export function metadataOf(job: Job, epoch: number): Record<string, string> {
  return {
    encoder: job.settings.encoder,
    geometry: job.settings.geometry,
    dim: String(job.settings.dim),
    layers: String(job.settings.layers),
    heads: String(job.settings.heads),
    rows: String(job.rows),
    entities: String(job.entities),
    relations: String(job.relations),
    kind: job.kind,
    epoch: String(epoch + 1),
  };
}
