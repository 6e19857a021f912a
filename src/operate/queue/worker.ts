import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job as QueuedJob } from 'bullmq';
import { type ErrorCode, KgmentorError } from '../../errors.js';
import type { KgmentorEvent } from '../../events.js';
import type { Busy } from '../onlyOne.js';
import type { Job } from './jobs.js';
import { type OpenQueue, openQueue, QUEUE, type QueueAddress } from './open.js';
import { perform, type Workplace } from './perform.js';
import { reportStudents } from './report.js';
import { countJobs, type QueueView } from './show.js';

/** What a worker tells of its jobs. */
export type WorkerEvent =
  | { readonly type: 'ready' | 'away' | 'ended' }
  | { readonly type: 'began'; readonly id: string; readonly tries: number }
  | { readonly type: 'done'; readonly id: string; readonly result: unknown }
  /** `final` where it is not tried again. */
  | {
      readonly type: 'failed';
      readonly id: string;
      readonly reason: string;
      readonly code: ErrorCode;
      readonly final: boolean;
    }
  /** Back in the queue for a while, as another process retrains its target. */
  | { readonly type: 'waits'; readonly id: string; readonly why: string }
  /** Back in the queue, as the worker was asked to end. */
  | { readonly type: 'returned'; readonly id: string }
  /** Another worker has it now, or will. */
  | { readonly type: 'lost'; readonly id: string };

export interface WorkerOptions {
  readonly place: Workplace;
  /** Jobs at once; 1 where absent. */
  readonly parallel?: number;
  /** GPUs for as many jobs at once. */
  readonly devices?: readonly string[];
  /** Ends once no job waits or runs. */
  readonly drain?: boolean;
  /** Aborting puts the jobs back into the queue, with checkpoints written, and ends the worker. */
  readonly signal?: AbortSignal;
  /** Seconds after which the jobs of a worker that gives no sign of life go to another; 30 where absent. */
  readonly lockSeconds?: number;
  /** Does a teacher's or student's job; `perform` where absent. */
  readonly perform?: typeof perform;
  readonly onEvent?: (event: WorkerEvent) => void;
  readonly onJobEvent?: (id: string, event: KgmentorEvent) => void;
  /** Called every half a minute at least while Redis is there, with how many jobs of the queue are in which state. */
  readonly onTurn?: (jobs: QueueView['counts']) => void;
}

/** So often a job's worker may be lost before the job counts as the reason. */
const MOST_LOST = 10;

/** Where Redis is away a worker ends all the same: its jobs are taken up as those of one that was killed. */
const AWAY_MS = 1500;

/** How often a worker that goes on for ever looks around. */
const TURN_MS = 30_000;

/** How soon a job is tried again whose target another process retrains: after 5, 10, 20 and 40 seconds, then each minute. */
const waitMs = (tries: number): number => Math.min(60_000, 5000 * 2 ** (tries - 1));

/** Trying again mends none of these. */
const FINAL: readonly ErrorCode[] = ['USAGE', 'SCHEMA', 'NO_DATA', 'BAD_DATA'];

/**
 * Takes jobs from a queue and does them until it is asked to end. Trainings are processes of their own, so that this
 * one renews the locks of its jobs whatever a training does.
 *
 * @throws KgmentorError USAGE, UNREACHABLE as `openQueue`
 * @example
 * await runWorker({ url: 'redis://localhost:6379' }, { place, signal });
 */
export async function runWorker(address: QueueAddress, options: WorkerOptions): Promise<void> {
  const open = await openQueue(address);
  const tell = options.onEvent ?? (() => undefined);
  const lockMs = (options.lockSeconds ?? 30) * 1000;
  const running = new Set<{ readonly id: string; readonly stop: AbortController; lost: boolean }>();
  const free = [...(options.devices ?? [])];
  const isLeaving = () => options.signal?.aborted === true;

  const process = async (job: QueuedJob<Job>, token = '') => {
    const id = job.id as string;
    const own = { id, stop: new AbortController(), lost: false };
    running.add(own);
    if (isLeaving()) own.stop.abort();
    const device = free.shift();
    tell({ type: 'began', id, tries: job.attemptsStarted });
    try {
      const result = await doJob(open, job, token, options, { device, signal: own.stop.signal });
      if (!isBusy(result)) return result;
      // No try is used up by this.
      await atMost(AWAY_MS, job.moveToDelayed(Date.now() + waitMs(job.attemptsStarted), token));
      tell({ type: 'waits', id, why: result.why });
      throw new open.bullmq.DelayedError();
    } catch (error) {
      if (!(error instanceof KgmentorError)) throw error;
      if (error.code === 'INTERRUPTED' && isLeaving() && !own.lost) {
        await atMost(AWAY_MS, job.moveToWait(token));
        tell({ type: 'returned', id });
        throw new open.bullmq.WaitingError();
      }
      const told = [error.message, error.next].filter(Boolean).join(' ');
      const failure = FINAL.includes(error.code) ? new open.bullmq.UnrecoverableError(told) : new Error(told);
      failure.cause = error;
      throw failure;
    } finally {
      running.delete(own);
      if (device !== undefined) free.push(device);
    }
  };
  const worker = new open.bullmq.Worker<Job>(QUEUE, process, {
    connection: open.redis,
    prefix: open.prefix,
    name: `${hostname()} process ${globalThis.process.pid}`,
    autorun: false,
    concurrency: options.parallel ?? 1,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MOST_LOST,
    runRetryDelay: 1000,
  });
  worker.on('lockRenewalFailed', (ids: string[]) => {
    for (const one of running) {
      if (!ids.includes(one.id) || one.lost) continue;
      one.lost = true;
      one.stop.abort();
      tell({ type: 'lost', id: one.id });
    }
  });
  worker.on('completed', (job, result) => tell({ type: 'done', id: job.id as string, result }));
  worker.on('failed', (job, { message: reason, cause }) => {
    if (!job) return;
    const code = cause instanceof KgmentorError ? cause.code : 'UNEXPECTED';
    tell({ type: 'failed', id: job.id as string, reason, code, final: job.finishedOn !== undefined });
  });
  // Redis away: the connection is made again by itself, and what was to be told is told then.
  worker.on('error', () => open.redis.status !== 'ready' && tell({ type: 'away' }));
  await worker.waitUntilReady();
  tell({ type: 'ready' });
  void worker.run();
  await untilEnd(open, options);
  // From here on it takes no job; where Redis is away it does not wait for what cannot be told.
  const closing = worker.close(open.redis.status !== 'ready');
  for (const { stop } of running) stop.abort();
  while (running.size > 0) await sleep(20);
  await atMost(AWAY_MS, closing);
  await atMost(AWAY_MS, open.close());
  tell({ type: 'ended' });
}

/** What some work gives; undefined where it fails or takes longer. */
const atMost = <T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work.catch(() => undefined), sleep(milliseconds, undefined, { ref: false })]);

/** Waits for the signal, or until there is nothing left to do. */
async function untilEnd(
  { queue, redis }: OpenQueue,
  { signal, drain, onTurn }: WorkerOptions,
): Promise<void> {
  while (!signal?.aborted) {
    const jobs = redis.status === 'ready' ? await atMost(AWAY_MS, countJobs(queue)) : undefined;
    if (jobs) {
      onTurn?.(jobs);
      if (drain && jobs.waiting + jobs.active + jobs.delayed + jobs['waiting-children'] === 0) return;
    }
    await sleep(drain ? 250 : TURN_MS, undefined, { signal }).catch(() => undefined);
  }
}

function doJob(
  open: OpenQueue,
  job: QueuedJob<Job>,
  token: string,
  { place, onJobEvent, perform: work = perform }: WorkerOptions,
  { device, signal }: { device?: string; signal: AbortSignal },
): Promise<unknown> {
  const { data } = job;
  if (data.kind === 'report') return reportStudents(open, job, token);
  const id = job.id as string;
  const onEvent = (event: KgmentorEvent) => onJobEvent?.(id, event);
  return work(data, place, { token: randomUUID(), signal, device, onEvent });
}

const isBusy = (result: unknown): result is Busy => (result as Partial<Busy> | null)?.outcome === 'busy';
