/** A worker that is killed: `node worker.js '{"url":…,"runs":…}'`. For most jobs a wait stands in for the training. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodeOf, KgmentorError } from '../../../src/errors.js';
import { idOf } from '../../../src/operate/queue/jobs.js';
import { perform } from '../../../src/operate/queue/perform.js';
import { publishOnce } from '../../../src/operate/queue/publishOnce.js';
import { runWorker } from '../../../src/operate/queue/worker.js';
import { connectionOf } from '../../../src/settings.js';
import { GRACE_SECONDS, isTrained, modelOf, numberOf, openGraph } from './world.js';

export interface WorkerArguments {
  readonly url: string;
  /** Folder of runs that all workers share. */
  readonly runs: string;
  readonly lockSeconds: number;
  /** Milliseconds that stand in for a training at most. */
  readonly trainMs: number;
}

const { url, runs, lockSeconds, trainMs } = JSON.parse(process.argv[2]) as WorkerArguments;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => process.exit()); // no worker outlives the test
const graph = await openGraph();

const work: typeof perform = async (job, workplace, attempt) => {
  if (job.kind !== 'student') throw new KgmentorError('USAGE', 'Only students are queued here.');
  if (isTrained(numberOf(job))) return perform(job, workplace, attempt);
  await sleep(Math.random() * trainMs);
  const { signal } = attempt;
  return {
    run: idOf(job),
    published: await publishOnce(graph, modelOf(job), { ...workplace.publishing, signal }),
  };
};

const place = {
  runs,
  folder: '.',
  threads: 1,
  connection: connectionOf({}, 'write'),
  publishing: { graceSeconds: GRACE_SECONDS, seconds: 6 },
};
await runWorker({ url, name: 'faults' }, { place, perform: work, lockSeconds, signal: stop.signal }).catch(
  (error) => {
    process.exitCode = exitCodeOf(error);
    if (process.exitCode !== 3) throw error;
  },
);
await graph.close();
process.disconnect?.();
