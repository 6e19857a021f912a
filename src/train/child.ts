/** The training process: reads a job from a run folder, trains or answers, and tells its parent what happens. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Answered } from './answers.js';
import type { Progress } from './checkpoint.js';
import { type ChildMessage, toldFailure } from './messages.js';
import type { AskMode } from './process.js';

const send = (message: ChildMessage): void => {
  process.send?.(message);
};
let stop = false;
process.on('message', (message) => {
  if (message === 'stop') stop = true;
});
// A terminal's Ctrl-C reaches the whole group, and so does the end that a service manager asks for; the parent decides.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => {
  stop = true; // the parent is gone: checkpoint and end
});

type Asked = (folder: string, by: string, stopping: () => boolean) => void | Promise<void>;
const ASKED: Readonly<Record<AskMode, () => Promise<Asked>>> = {
  align: async () => (await import('./alignmentChild.js')).runAlignmentJob,
  rank: async () => (await import('./rankEvaluations.js')).rankEvaluations,
  paths: async () => (await import('./tasks/pathRanks.js')).rankPathQueries,
  scores: async () => (await import('./tasks/factScores.js')).scoreFacts,
  trial: async () => (await import('./plan/trial.js')).tryTraining,
};

async function answer(folder: string, mode: AskMode, by: string): Promise<void> {
  const { device } = await import('../model/backend.js');
  const ask = await ASKED[mode]();
  const started = performance.now();
  send({ type: 'device', ...device() });
  await ask(folder, by, () => stop);
  send({
    type: 'ended',
    ended: 'done',
    epochs: 0,
    trainSeconds: 0,
    waitedSeconds: 0,
    prepareSeconds: (performance.now() - started) / 1000,
    best: null,
    bestEpoch: 0,
    peakMb: process.resourceUsage().maxRSS / 1024,
  });
}

/** Tells of the teacher's answers twice a second, and ends them where a stop was asked for. */
function answered(breathe: () => Promise<void>): (at: Answered) => Promise<boolean> {
  const started = performance.now();
  let told = started;
  return async ({ done, total }) => {
    const now = performance.now();
    if (now - told > 500) {
      told = now;
      const rate = (1000 * done) / (now - started);
      const left = { rowsPerSecond: rate, etaSeconds: (total - done) / rate };
      send({ type: 'progress', name: "the teacher's answers", done, total, ...left });
    }
    await breathe();
    return !stop;
  };
}

async function main(folder: string, resume: boolean): Promise<void> {
  const started = performance.now();
  const { device } = await import('../model/backend.js');
  const { files, readJob, startOf } = await import('./job.js');
  const { createTrainer } = await import('./trainer.js');
  const { teacherStart } = await import('./teacherStart.js');
  const { beginBatches } = await import('./beginBatches.js');
  const { freshProgress, readCheckpoint } = await import('./checkpoint.js');
  const { answerAhead } = await import('./distiller.js');
  const { breathe, trainLoop } = await import('./loop.js');
  const { cutTrace } = await import('./trace.js');
  const { usageOf } = await import('./usage.js');
  const { rankEvaluations } = await import('./rankEvaluations.js');

  send({ type: 'device', ...device() });
  const read = readJob(folder);
  const path = join(folder, files.checkpoint);
  const checkpoint = resume && existsSync(path) ? readCheckpoint(path, read) : undefined;
  const from = checkpoint?.progress ?? freshProgress;
  // A thread that makes batches begins before the trainer does: walks want their graph, and the teacher's answers take time.
  const { job, batches } = beginBatches(read, from);
  try {
    const given = checkpoint && !job.anchor ? undefined : startOf(folder);
    const taught = checkpoint || given ? undefined : teacherStart(folder, job);
    if (taught) send({ type: 'started', ...taught.taken });
    const begun: Progress = { ...from, ...(taught && { start: taught.taken }) };
    const teacher = await answerAhead(job, answered(breathe));
    const tell = (ended: 'done' | 'stopped', reached: Progress, prepareSeconds: number) =>
      send({
        type: 'ended',
        ended,
        epochs: reached.epoch,
        trainSeconds: reached.seconds,
        waitedSeconds: reached.waited,
        prepareSeconds,
        ...(reached.start && { start: reached.start }),
        best: Number.isFinite(reached.stopper.best) ? reached.stopper.best : null,
        bestEpoch: reached.stopper.bestEpoch,
        peakMb: process.resourceUsage().maxRSS / 1024,
      });
    const prepared = () => (performance.now() - started) / 1000;
    // No checkpoint is due: the run goes on from where it stood.
    if (stop) return tell('stopped', begun, prepared());
    const trainer = checkpoint
      ? createTrainer(job, { restored: checkpoint.restored, start: given, teacher })
      : createTrainer(job, { start: given ?? taught?.start, teacher });
    if (resume) cutTrace(folder, from.epoch);
    const ready = prepared();
    const { ended, progress: reached } = await trainLoop(job, trainer, begun, {
      folder,
      batches,
      usage: usageOf(device()),
      emit: (event) => send({ ...event }),
      stopping: () => stop,
    });
    trainer.dispose();
    if (ended === 'done' && Object.keys(job.evaluations).length > 0) rankEvaluations(folder, folder);
    tell(ended, reached, ready);
  } finally {
    // Its thread would keep a process that failed from ending.
    await batches.close?.();
  }
}

const [folder, mode, by] = process.argv.slice(2);
const isAsked = (name: string): name is AskMode => Object.hasOwn(ASKED, name);
(isAsked(mode) ? answer(folder, mode, by) : main(folder, mode === 'resume')).then(
  () => process.disconnect?.(),
  (error: unknown) => {
    send(toldFailure(error));
    process.exitCode = 1;
    process.disconnect?.();
  },
);
