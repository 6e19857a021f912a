import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Batch, Batches } from '../../src/train/batches.js';
import { freshProgress, type Progress, readCheckpoint } from '../../src/train/checkpoint.js';
import { files, type Job } from '../../src/train/job.js';
import { type TrainEvent, trainLoop } from '../../src/train/loop.js';
import {
  isWorthAThread,
  sharedQueries,
  type ThreadOrder,
  threadBatches,
} from '../../src/train/threadBatches.js';
import { createTrainer } from '../../src/train/trainer.js';
import { jobBatches } from '../../src/train/walkingBatches.js';
import { folder, teacherJob } from './_graph.js';

const WALKS = { encoder: 'rsn', pathLength: 3, dim: 8, epochs: 2, evaluateEvery: 1 };
const fresh = { epoch: 0, step: 0 };

async function all(batches: Batches, epochs: number, from = fresh): Promise<Batch[]> {
  const out: Batch[] = [];
  for (let { epoch, step } = from; epoch < epochs; epoch++, step = 0)
    for (; step < batches.steps; step++) out.push(await batches.take(epoch, step));
  return out;
}

/** Trains to the end, or until a step of the whole training has been done. */
async function train(
  job: Job,
  batches: Batches,
  at: string,
  from?: Progress,
  until = Number.POSITIVE_INFINITY,
) {
  const trainer = createTrainer(
    job,
    from ? { restored: readCheckpoint(path.join(at, files.checkpoint), job).restored } : {},
  );
  const events: TrainEvent[] = [];
  let steps = 0;
  const { progress } = await trainLoop(job, trainer, from ?? freshProgress, {
    folder: at,
    batches,
    emit: (event) => events.push(event),
    stopping: () => ++steps >= until,
  });
  trainer.dispose();
  await batches.close?.();
  return { progress, events, model: readFileSync(path.join(at, files.model)) };
}

describe('a thread that makes batches', () => {
  for (const settings of [WALKS, { epochs: 2 }])
    it(`gives those that are made without one, ${'encoder' in settings ? 'walks too' : 'bit for bit'}, from anywhere on`, async () => {
      const job = teacherJob(settings);
      const plain = await all(jobBatches(job), 2);
      assert.ok(plain.length > 8);
      const batches = threadBatches(job, fresh, 2);
      assert.deepEqual(await all(batches, 2), plain);
      assert.deepEqual([batches.steps, batches.size], [jobBatches(job).steps, jobBatches(job).size]);
      const later = { epoch: 1, step: 2 };
      const rest = threadBatches(job, later);
      assert.deepEqual(await all(rest, 2, later), plain.slice(batches.steps + 2));
    });

  it('makes no more than a few ahead of those taken', async () => {
    const { queries, rows, relations, settings } = teacherJob();
    const taken = new Int32Array(new SharedArrayBuffer(4));
    const columns = { queries, rows, relations, settings };
    const order: ThreadOrder = { columns, from: fresh, ahead: 3, taken };
    const script = new URL('../../src/train/batchWorker.js', import.meta.url);
    const worker = new Worker(script, { workerData: order });
    let made = 0;
    const told = (count: number) =>
      new Promise<void>((resolve) => worker.on('message', () => made === count && resolve()));
    worker.on('message', () => made++);
    await told(3);
    await sleep(200);
    assert.equal(made, 3);
    Atomics.add(taken, 0, 2);
    Atomics.notify(taken, 0);
    await told(5);
    await sleep(200);
    assert.equal(made, 5);
    await worker.terminate();
  });

  it('gives them in order, and ends with its training', async () => {
    const order = threadBatches(teacherJob(), fresh);
    await order.take(0, 0);
    await assert.rejects(async () => order.take(0, 3), /Batch 0:3 was asked for, and 0:1 is the next one/);
    await order.close?.();
    await assert.rejects(all(order, 2, { epoch: 0, step: 1 }), /thread that makes batches has ended/);
  });

  it('tells what its walks are like, and what went wrong with them', async () => {
    const job = teacherJob(WALKS);
    const batches = threadBatches(job, fresh);
    assert.deepEqual(await batches.walks, await jobBatches(job).walks);
    await batches.close?.();
    await assert.rejects(all(threadBatches({ ...job, rows: -2 }, fresh), 1), {
      name: 'KgmentorError',
      message: /array length/,
    });
  });

  it('trains to the same weights, also from a checkpoint in the middle of an epoch', async () => {
    const job = teacherJob(WALKS);
    const at = [folder(), folder(), folder()];
    const plain = await train(job, jobBatches(job), at[0]);
    const threaded = await train(job, threadBatches(job, fresh), at[1]);
    assert.ok(threaded.model.equals(plain.model));
    const { steps } = jobBatches(job);
    const stop = Math.floor(steps / 2) + steps;
    await train(job, threadBatches(job, fresh), at[2], undefined, stop);
    const { progress } = readCheckpoint(path.join(at[2], files.checkpoint), job);
    assert.deepEqual([progress.epoch, progress.step], [1, stop - steps]);
    const resumed = await train(job, threadBatches(job, progress), at[2], progress);
    assert.ok(resumed.model.equals(plain.model));
  });

  it('lets each epoch tell which share of its time the trainer waited', async () => {
    const job = teacherJob(WALKS);
    const batches = jobBatches(job);
    const slow: Batches = {
      ...batches,
      take: async (epoch, step) => {
        await sleep(30);
        return batches.take(epoch, step);
      },
    };
    const { progress, events } = await train(job, slow, folder());
    const [first, second] = events.filter((event) => event.type === 'epoch');
    assert.ok(first.waiting > 0.1 && first.waiting < 1 && second.waiting > 0.1, `${first.waiting}`);
    assert.ok(progress.waited >= 2 * batches.steps * 0.029 && progress.waited < progress.seconds);
    assert.equal(second.waiting, progress.waited / progress.seconds);
  });

  it('is used for long trainings on more than one core alone', () => {
    const job = teacherJob();
    assert.equal(isWorthAThread(job, 8), false);
    const long = teacherJob({ epochs: 10_000 });
    assert.equal(isWorthAThread(long, 2), true);
    assert.equal(isWorthAThread(long, 1), false);
    const shared = sharedQueries(long.queries);
    assert.deepEqual(shared, long.queries);
    assert.equal(sharedQueries(shared).answer, shared.answer);
  });
});
