import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENCODER_NAMES } from '../../src/encoders.js';
import { tf } from '../../src/model/backend.js';
import { createTrainer } from '../../src/train/trainer.js';
import { jobBatches } from '../../src/train/walkingBatches.js';
import { teacherJob } from './_graph.js';

/** A gradient of the table is 4 MB: left behind in each step where `tf.memory` does not see it, it shows. */
const ROWS = 16_000;
const STEPS = { settled: 10, all: 110 };
/** Of the 400 that would be left behind: what waits for the garbage collector takes more on a busy machine. */
const MOST_MB = 200;

for (const encoder of ENCODER_NAMES)
  test(`${encoder}: steps leave no tensor and no table behind, and a trainer that is disposed leaves nothing`, async () => {
    const before = tf.memory().numTensors;
    const job = { ...teacherJob({ encoder, dim: 64, batch: 8, pathLength: 2 }), rows: ROWS };
    const trainer = createTrainer(job);
    const batches = jobBatches(job);
    const points: { tensors: number; residentMb: number }[] = [];
    for (let step = 1; step <= STEPS.all; step++) {
      trainer.step(await batches.take(0, step % batches.steps), { share: 0, count: step });
      points.push({ tensors: tf.memory().numTensors, residentMb: process.memoryUsage().rss / 1e6 });
    }
    const late = points.slice(STEPS.settled);
    assert.deepEqual([...new Set(late.map(({ tensors }) => tensors))], [points[0].tensors]);
    const grown = (late.at(-1)?.residentMb ?? Number.NaN) - late[0].residentMb;
    assert.ok(
      grown < MOST_MB,
      `${grown.toFixed(0)} MB more after ${late.length} steps, less than ${MOST_MB} expected`,
    );
    trainer.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
