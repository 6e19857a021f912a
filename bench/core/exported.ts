/** What the PyTorch side is handed: the product's own starting values and batches. */
import path from 'node:path';
import { knownAnswers } from '../../src/evaluate/filters.js';
import type { RankingQueries } from '../../src/evaluate/types.js';
import { createModel, type Model, modelTensors, type Start } from '../../src/model/model.js';
import { writeTensors } from '../../src/model/safetensors.js';
import type { Batch } from '../../src/train/batches.js';
import type { Job } from '../../src/train/job.js';
import { column, packRanking } from '../../src/train/packQueries.js';
import { shapeOf, type Trainer } from '../../src/train/trainer.js';
import { jobBatches } from '../../src/train/walkingBatches.js';
import { HELD_OUT } from './job.js';

/** The first batches of a training. */
export async function firstBatches(job: Job, count: number): Promise<Batch[]> {
  const batches = jobBatches(job);
  const taken: Batch[] = [];
  for (let k = 0; k < count; k++)
    taken.push(await batches.take(Math.floor(k / batches.steps), k % batches.steps));
  return taken;
}

/** Writes `weights.safetensors` and `batches.safetensors`. */
export function exportTraining(folder: string, trainer: Trainer, batches: readonly Batch[]): void {
  writeTensors(path.join(folder, 'weights.safetensors'), modelTensors(trainer.model));
  writeTensors(
    path.join(folder, 'batches.safetensors'),
    Object.assign({}, ...batches.map((batch, k) => packBatch(String(k), batch))),
  );
}

const packBatch = (name: string, batch: Batch) => ({
  [`${name}/shape`]: column(Int32Array.of(batch.size, batch.hops)),
  [`${name}/entity`]: column(batch.entity),
  [`${name}/relation`]: column(batch.relation),
  [`${name}/offset`]: column(batch.offset),
  [`${name}/answer`]: column(batch.answer),
  [`${name}/answerWeight`]: column(batch.answerWeight),
});

/** The same questions, each with a list of its own and without its answer in it, as the PyTorch side takes them. */
function withOwnLists(queries: RankingQueries): RankingQueries {
  const lists = Array.from(queries.answer, (answer, i) =>
    knownAnswers(queries.filter, i).filter((one) => one !== answer),
  );
  const offset = new Int32Array(lists.length + 1);
  for (const [i, { length }] of lists.entries()) offset[i + 1] = offset[i] + length;
  const entity = new Int32Array(offset[lists.length]);
  for (const [i, list] of lists.entries()) entity.set(list, offset[i]);
  return { ...queries, filter: { offset, entity } };
}

/** Numbers of this grid, small as they start, have products and sums that 32-bit floats hold exactly. */
const GRID = 64;
const LARGEST = 32;

/**
 * A model whose scores are exact whatever the order of summation, so that two programs must agree on every rank, ties
 * included. Writes its tables and the questions as `ranking.safetensors`.
 */
export function exportRanking(folder: string, job: Job, trainer: Trainer): Model {
  const { entity, relation } = modelTensors(trainer.model);
  const onGrid = ({ shape, data }: Start[string]) => ({
    shape,
    data: Float32Array.from(data, (x) => Math.max(-LARGEST, Math.min(LARGEST, Math.round(x * GRID))) / GRID),
  });
  const start = { entity: onGrid(entity), relation: onGrid(relation) };
  writeTensors(path.join(folder, 'ranking.safetensors'), {
    ...start,
    ...packRanking('asked', withOwnLists(job.evaluations[HELD_OUT])),
  });
  return createModel(shapeOf(job), { seed: job.settings.seed, deviation: 0, slots: 0, start });
}
