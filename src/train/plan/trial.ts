/** The trial behind a plan: the first steps of the real trainer, in the process that would train. */
import { join } from 'node:path';
import { KgmentorError } from '../../errors.js';
import type { RankingQueries } from '../../evaluate/types.js';
import { beginBatches } from '../beginBatches.js';
import { freshProgress } from '../checkpoint.js';
import { files, readJob, startOf, writeJson } from '../job.js';
import { breathe } from '../loop.js';
import { rankModel } from '../rankModel.js';
import { teacherStart } from '../teacherStart.js';
import { createTrainer } from '../trainer.js';
import { TRIAL_STEPS, type Trial } from './trialResult.js';

/** Queries of a validation that are ranked for its rate. */
const RANKED = 512;

/** Trains the job of a folder for a few steps, ranks a part of its validation and writes what both took. */
export async function tryTraining(folder: string, _by: string, stopping: () => boolean): Promise<void> {
  const started = performance.now();
  const { job, batches } = beginBatches(readJob(folder), freshProgress);
  try {
    const trainer = createTrainer(job, { start: startOf(folder) ?? teacherStart(folder, job)?.start });
    const prepareSeconds = since(started);
    const all = batches.steps * job.settings.epochs;
    const seconds: number[] = [];
    const waited: number[] = [];
    for (let step = 0; step < Math.min(TRIAL_STEPS, all); step++) {
      const begun = performance.now();
      const batch = await batches.take(Math.floor(step / batches.steps), step % batches.steps);
      waited.push(since(begun));
      trainer.step(batch, { share: step / all, count: step + 1 });
      seconds.push(since(begun));
      await breathe();
      if (stopping()) throw new KgmentorError('INTERRUPTED', 'Stopped in the middle of the trial.');
    }
    const ranked = job.valid && firstQueries(job.valid, RANKED);
    const begun = performance.now();
    if (job.valid && ranked) rankModel(trainer.model, job.entities, ranked);
    const validationSeconds =
      job.valid && ranked ? (since(begun) * job.valid.answer.length) / ranked.answer.length : 0;
    trainer.dispose();
    writeJson(join(folder, files.trial), {
      steps: seconds.length,
      stepsAnEpoch: batches.steps,
      rowsAStep: batches.size,
      secondsAStep: median(afterFirst(seconds)),
      waiting: sum(afterFirst(waited)) / sum(afterFirst(seconds)),
      prepareSeconds,
      validationSeconds,
    } satisfies Omit<Trial, 'peakMb'>);
  } finally {
    await batches.close?.();
  }
}

const since = (begun: number): number => (performance.now() - begun) / 1000;

const afterFirst = (values: readonly number[]): readonly number[] =>
  values.length > 1 ? values.slice(1) : values;

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function firstQueries(queries: RankingQueries, most: number): RankingQueries {
  const { entity, relation, answer, filter, candidates } = queries;
  if (answer.length <= most) return queries;
  return {
    entity: entity.subarray(0, most),
    relation: relation.subarray(0, most),
    answer: answer.subarray(0, most),
    filter: { ...filter, ...(filter.list && { list: filter.list.subarray(0, most) }) },
    ...(candidates && { candidates: { ...candidates, set: candidates.set.subarray(0, most) } }),
  };
}
