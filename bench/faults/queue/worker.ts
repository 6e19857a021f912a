/** A worker that is killed: `node worker.js '{"url":…,"runs":…}'`. It stands in for trainings alone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../../../src/errors.js';
import { idOf, type StudentJob, type TeacherJob } from '../../../src/operate/queue/jobs.js';
import type { Try, Workplace } from '../../../src/operate/queue/perform.js';
import { publishOnce } from '../../../src/operate/queue/publishOnce.js';
import { runWorker } from '../../../src/operate/queue/worker.js';
import { connectionOf } from '../../../src/settings.js';
import { GRACE_SECONDS, modelOf, openGraph } from './world.js';

export interface WorkerArguments {
  readonly url: string;
  readonly lockSeconds: number;
  /** Milliseconds that stand for a training at most. */
  readonly trainMs: number;
}

const { url, lockSeconds, trainMs } = JSON.parse(process.argv[2]) as WorkerArguments;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => process.exit()); // no worker outlives the test
const graph = await openGraph();

async function perform(job: TeacherJob | StudentJob, { publishing }: Workplace, { signal }: Try) {
  if (job.kind !== 'student') throw new KgmentorError('USAGE', 'Only students are queued here.');
  await sleep(Math.random() * trainMs);
  return { run: idOf(job), published: await publishOnce(graph, modelOf(job), { ...publishing, signal }) };
}

const place = {
  runs: 'runs',
  folder: '.',
  connection: connectionOf({}, 'write'),
  publishing: { graceSeconds: GRACE_SECONDS, seconds: 6 },
};
await runWorker({ url, name: 'faults' }, { place, perform, lockSeconds, signal: stop.signal });
await graph.close();
process.disconnect?.();
