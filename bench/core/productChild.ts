/** The product's side of the bench, a process of its own: `node productChild.js FOLDER STEPS`, asked by messages. */
import { readJob } from '../../src/train/job.js';
import { rankModel } from '../../src/train/rankModel.js';
import { createTrainer, type Trainer } from '../../src/train/trainer.js';
import { exportRanking, exportTraining, firstBatches } from './exported.js';
import { HELD_OUT } from './job.js';
import type { Answer, Asked } from './messages.js';

const [folder, steps] = process.argv.slice(2);
const job = readJob(folder);
const batches = await firstBatches(job, Number(steps));

const stepOf = (trainer: Trainer, k: number): number =>
  trainer.step(batches[k % batches.length], { share: 0, count: k + 1 });

function timed(work: () => Omit<Answer, 'cpuMs'>): Answer {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { ...result, cpuMs: (user + system) / 1000 };
}

function train(count: number): Answer {
  const trainer = createTrainer(job);
  const answer = timed(() => ({ losses: Array.from({ length: count }, (_, k) => stepOf(trainer, k)) }));
  trainer.dispose();
  return answer;
}

const first = createTrainer(job);
exportTraining(folder, first, batches);
const exact = exportRanking(folder, job, first);
first.dispose();

function rank(times: number): Answer {
  let ranks: Float64Array = new Float64Array(0);
  const answer = timed(() => {
    for (let i = 0; i < times; i++) ranks = rankModel(exact, job.entities, job.evaluations[HELD_OUT]);
    return {};
  });
  return { ...answer, ranks: Array.from(ranks) };
}

process.on('message', (asked: Asked) => {
  process.send?.(asked.ask === 'train' ? train(asked.steps) : rank(asked.times));
});
process.send?.({ ready: true });
