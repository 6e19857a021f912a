/** A long training whose tensors and memory are watched: `node leakChild.js FOLDER STEPS EVERY`. */
import { tf } from '../../src/model/backend.js';
import { readJob } from '../../src/train/job.js';
import { breathe } from '../../src/train/loop.js';
import { createTrainer } from '../../src/train/trainer.js';
import { jobBatches } from '../../src/train/walkingBatches.js';
import type { LeakPoint } from './messages.js';

const [folder, ...numbers] = process.argv.slice(2);
const [steps, every] = numbers.map(Number);
const job = readJob(folder);
const batches = jobBatches(job);
const trainer = createTrainer(job);
const points: LeakPoint[] = [];
for (let step = 1; step <= steps; step++) {
  const done = step - 1;
  const batch = await batches.take(Math.floor(done / batches.steps), done % batches.steps);
  trainer.step(batch, { share: done / steps, count: step });
  await breathe(); // as the training loop does
  if (step % every === 0)
    points.push({ step, tensors: tf.memory().numTensors, residentMb: process.memoryUsage().rss / 1e6 });
}
process.send?.(points);
process.disconnect?.();
