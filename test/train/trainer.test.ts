import '../_here.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';
import { read } from '../../src/model/ops.js';
import { type Batch, batchOf } from '../../src/train/batches.js';
import { type Job, writeJob } from '../../src/train/job.js';
import { runTraining } from '../../src/train/process.js';
import { createTrainer } from '../../src/train/trainer.js';
import { jobBatches, walkGraphOf, walkingBatches } from '../../src/train/walkingBatches.js';
import { folder, ROWS, studentJob, teacherJob } from './_graph.js';

/** The entity table after one step. */
function stepped(job: Job, batch: Batch): number[][] {
  const trainer = createTrainer(job);
  trainer.step(batch, { share: 0, count: 1 });
  const table = tf.tidy(() => read(trainer.model.entity.value).arraySync() as number[][]);
  trainer.dispose();
  return table;
}

for (const negatives of [0, 6])
  test(`a hidden entity is not penalised, nor another in its place, with ${negatives || 'all'} negatives`, () => {
    const job = (n3: number) =>
      teacherJob({ encoder: 'gru', pathLength: 3, hideRate: 1, learningRate: 0.1, n3, negatives });
    const { queries, settings, rows, relations } = job(0);
    const order = Int32Array.from(queries.entity.keys()).filter((i) => queries.entity[i] > 20);
    const batch = walkingBatches(walkGraphOf(queries, rows, relations), settings)(
      batchOf(queries, order, 0, 4),
      0,
      0,
    );
    const own = new Set([...batch.entity, ...batch.answer]);
    assert.ok(own.has(-1) && !own.has(0));
    const [without, withPenalty] = [0, 5].map((n3) => stepped(job(n3), batch));
    const others = Array.from({ length: ROWS }, (_, row) => row).filter((row) => !own.has(row));
    for (const row of others) assert.deepEqual(withPenalty[row], without[row], `row ${row}`);
    // The first entity of the batch is the one that a sample has first: its own penalty alone may move it.
    const [first] = batch.entity;
    assert.notDeepEqual(withPenalty[first], without[first]);
  });

test('steps against a sample leave no tensor behind, nor does a trainer', async () => {
  const teacher = folder();
  writeJob(teacher, teacherJob({ epochs: 1 }));
  await runTraining(teacher, { threads: 1 });
  const random = seededRandom(3);
  const pick = () => Int32Array.from({ length: 10 }, () => Math.floor(random() * ROWS));
  const softLinks = { left: pick(), right: pick(), weight: new Float32Array(10).fill(0.5), strength: 1 };
  const distillation = { prediction: 1, probes: 0, temperature: 2 };
  const jobs: Job[] = [
    { ...teacherJob({ negatives: 6 }), softLinks },
    teacherJob({ negatives: 6, encoder: 'gru', pathLength: 2, geometry: 'unit' }),
    studentJob(teacher, { negatives: 6, distillation }),
  ];
  for (const job of jobs) {
    const before = tf.memory().numTensors;
    const trainer = createTrainer(job);
    const batches = jobBatches(job);
    const counts: number[] = [];
    for (let count = 1; count <= 5; count++) {
      trainer.step(batches.take(0, count % batches.steps) as Batch, { share: 0, count });
      counts.push(tf.memory().numTensors);
    }
    assert.deepEqual(
      counts,
      counts.map(() => counts[0]),
    );
    trainer.dispose();
    assert.equal(tf.memory().numTensors, before);
  }
});
