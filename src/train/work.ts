/** What a training process does: it trains the job of a run folder, or asks its model. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Answered } from './answers.js';
import type { Progress } from './checkpoint.js';
import type { ChildMessage } from './messages.js';

/**
 * What is asked: ranks of the job's evaluations, ranks of path queries, scores of facts, the folder's alignment job, or
 * a trial of the first steps.
 */
export type AskMode = 'rank' | 'paths' | 'scores' | 'align' | 'trial';

/** A training, anew or from its checkpoint, or a question to the model of a folder or to the job's teacher. */
export type Work = readonly [what: 'begin' | 'resume'] | readonly [what: AskMode, by: string];

/** Who wants the work done. */
export interface Client {
  tell(message: ChildMessage): void;
  /** Whether the work is to end as soon as its checkpoint is written. */
  stopping(): boolean;
}

type Asked = (folder: string, by: string, stopping: () => boolean) => void | Promise<void>;
const ASKED: Readonly<Record<AskMode, () => Promise<Asked>>> = {
  align: async () => (await import('./alignmentChild.js')).runAlignmentJob,
  rank: async () => (await import('./rankEvaluations.js')).rankEvaluations,
  paths: async () => (await import('./tasks/pathRanks.js')).rankPathQueries,
  scores: async () => (await import('./tasks/factScores.js')).scoreFacts,
  trial: async () => (await import('./plan/trial.js')).tryTraining,
};

async function answer(folder: string, mode: AskMode, by: string, client: Client): Promise<void> {
  const { device } = await import('../model/backend.js');
  const ask = await ASKED[mode]();
  const started = performance.now();
  client.tell({ type: 'device', ...device() });
  await ask(folder, by, client.stopping);
  client.tell({
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
function answered(client: Client, breathe: () => Promise<void>): (at: Answered) => Promise<boolean> {
  const started = performance.now();
  let told = started;
  return async ({ done, total }) => {
    const now = performance.now();
    if (now - told > 500) {
      told = now;
      const rate = (1000 * done) / (now - started);
      const left = { rowsPerSecond: rate, etaSeconds: (total - done) / rate };
      client.tell({ type: 'progress', name: "the teacher's answers", done, total, ...left });
    }
    await breathe();
    return !client.stopping();
  };
}

async function train(folder: string, resume: boolean, client: Client): Promise<void> {
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

  client.tell({ type: 'device', ...device() });
  const read = readJob(folder);
  const path = join(folder, files.checkpoint);
  const checkpoint = resume && existsSync(path) ? readCheckpoint(path, read) : undefined;
  const from = checkpoint?.progress ?? freshProgress;
  if (resume) client.tell({ type: 'resumed', epoch: from.epoch, step: from.step });
  // A thread that makes batches begins before the trainer does: walks want their graph, and the teacher's answers take time.
  const { job, batches } = beginBatches(read, from);
  try {
    let given = checkpoint && !job.anchor ? undefined : startOf(folder);
    let taught = checkpoint || given ? undefined : teacherStart(folder, job);
    if (taught) client.tell({ type: 'started', ...taught.taken });
    const begun: Progress = { ...from, ...(taught && { start: taught.taken }) };
    const teacher = await answerAhead(job, answered(client, breathe));
    const tell = (ended: 'done' | 'stopped', reached: Progress, prepareSeconds: number) =>
      client.tell({
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
    if (client.stopping()) return tell('stopped', begun, prepared());
    const trainer = checkpoint
      ? createTrainer(job, { restored: checkpoint.restored, start: given, teacher })
      : createTrainer(job, { start: given ?? taught?.start, teacher });
    [given, taught] = [undefined, undefined]; // as large as the tables that they became
    if (resume) cutTrace(folder, from.epoch);
    const ready = prepared();
    const { ended, progress: reached } = await trainLoop(job, trainer, begun, {
      folder,
      batches,
      usage: usageOf(device()),
      emit: (event) => client.tell({ ...event }),
      stopping: client.stopping,
    });
    trainer.dispose();
    if (ended === 'done' && Object.keys(job.evaluations).length > 0) rankEvaluations(folder, folder);
    tell(ended, reached, ready);
  } finally {
    // Its thread would keep a process that failed from ending.
    await batches.close?.();
  }
}

const isAsked = (name: string): name is AskMode => Object.hasOwn(ASKED, name);

/**
 * Does the work of a run folder in this process, in which TensorFlow is loaded for it.
 *
 * @throws what went wrong; a stop is told as an end
 */
export async function doWork(folder: string, [what, by = '']: Work, client: Client): Promise<void> {
  await (isAsked(what) ? answer(folder, what, by, client) : train(folder, what === 'resume', client));
}
