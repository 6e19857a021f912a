import path from 'node:path';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { writeTensors } from '../../src/model/safetensors.js';
import { readRecord, writeRecord } from '../../src/train/folder.js';
import { files, readJob } from '../../src/train/job.js';
import { planFolder } from '../../src/train/plan/plan.js';
import { runFolder } from '../../src/train/runFolder.js';
import { traced } from '../grid/train.js';
import type { ScaleShape } from './graph.js';

/** What a stage is run with. */
export interface StageInput {
  readonly shape: ScaleShape;
  /** Of this size's files and runs. */
  readonly folder: string;
  /** Numbers a vector of teacher and student, the product's own where absent. */
  readonly dim?: number;
  readonly threads?: number;
  /** Entities that a step draws, whatever the size; 0 for all. */
  readonly negatives: number;
  /** An epoch that would take longer is not trained but estimated. */
  readonly limitMinutes: number;
}

export interface Measured {
  readonly seconds: number;
  /** Resident; of the training process where there is one, else of the stage's own. */
  readonly peakMb?: number;
  /** The epoch was too long: `seconds` are the plan's, of a trial's steps and validation, and `peakMb` is the trial's. */
  readonly isEstimate?: boolean;
  /** Share of its time that a training waited for batches, in [0, 1]. */
  readonly waiting?: number;
  readonly counts?: Readonly<Record<string, number>>;
}

export const now = (): number => performance.now() / 1000;

/**
 * Trains a run folder for its one epoch and validates. Where the plan says that this would take longer than the limit,
 * the plan's figures stand for it, and the folder gets a model of random vectors, so that the stages after it go on.
 */
export async function trained(
  folder: string,
  { threads, limitMinutes }: Pick<StageInput, 'threads' | 'limitMinutes'>,
): Promise<Measured> {
  const { rows, queries } = readJob(folder);
  const counts = { rows, queries: queries.entity.length };
  const plan = await planFolder(folder, undefined, { threads });
  // The trial has computed the teacher's answers, and the training finds them.
  const { trial } = plan;
  if (plan.seconds.all <= 60 * limitMinutes) {
    const { result } = await runFolder(folder, readRecord(folder).kind, { threads });
    const validations = traced<{ validationSeconds: number }>(folder, 'evaluated');
    const validation = validations.reduce((sum, { validationSeconds }) => sum + validationSeconds, 0);
    return {
      seconds: trial.prepareSeconds + result.trainSeconds + validation,
      peakMb: result.peakMb,
      waiting: result.waitedSeconds / result.trainSeconds,
      counts,
    };
  }
  writeRandomModel(folder);
  return {
    seconds: plan.seconds.all,
    peakMb: trial.peakMb,
    isEstimate: true,
    waiting: trial.waiting,
    counts,
  };
}

/** A model of the job's shape that knows nothing, of a triple encoder whose entities and relations have one width. */
function writeRandomModel(folder: string): void {
  const { settings, rows, entities, relations, kind } = readJob(folder);
  const { encoder, geometry, dim, seed } = settings;
  const table = (count: number, stream: number) => ({
    shape: [count, dim],
    data: gaussians(count * dim, 0.1, seededRandom(seed, stream)),
  });
  writeTensors(
    path.join(folder, files.model),
    { entity: table(rows, 1), relation: table(2 * relations, 2) },
    {
      encoder,
      geometry,
      dim: String(dim),
      rows: String(rows),
      entities: String(entities),
      relations: String(relations),
      kind,
    },
  );
  writeRecord(folder, { ...readRecord(folder), status: 'done' });
}
