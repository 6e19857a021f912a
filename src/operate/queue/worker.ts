import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job as QueuedJob } from 'bullmq';
import { type ErrorCode, KgmentorError } from '../../errors.js';
import type { KgmentorEvent } from '../../events.js';
import type { Job } from './jobs.js';
import { type OpenQueue, openQueue, QUEUE, type QueueAddress } from './open.js';
import { type JobResult, perform, type Workplace } from './perform.js';
import { reportStudents } from './report.js';

/** What a worker tells of its jobs. */
export type WorkerEvent =
  | { readonly type: 'ready' | 'away' | 'ended' }
  | { readonly type: 'began'; readonly id: string; readonly tries: number }
  | { readonly type: 'done'; readonly id: string; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: string; readonly reason: string }
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
  /** Called every half a minute at least while Redis is there. */
  readonly onTurn?: () => void;
}

/** So often a job's worker may be lost before the job counts as the reason. */
const MOST_LOST = 10;

/** Where Redis is away a worker ends all the same: its jobs are taken up as those of one that was killed. */
const AWAY_MS = 1500;

/** How often a worker that goes on for ever looks around. */
const TURN_MS = 30_000;

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
      return await doJob(open, job, token, options, { device, signal: own.stop.signal });
    } catch (error) {
      if (!(error instanceof KgmentorError)) throw error;
      if (error.code === 'INTERRUPTED' && isLeaving() && !own.lost) {
        await atMost(AWAY_MS, job.moveToWait(token));
        tell({ type: 'returned', id });
        throw new open.bullmq.WaitingError();
      }
      const told = [error.message, error.next].filter(Boolean).join(' ');
      throw FINAL.includes(error.code) ? new open.bullmq.UnrecoverableError(told) : new Error(told);
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
  worker.on('failed', (job, error) => {
    if (job) tell({ type: 'failed', id: job.id as string, reason: error.message });
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

/** Waits for some work, but not for ever. */
const atMost = (milliseconds: number, work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work.catch(() => undefined), sleep(milliseconds, undefined, { ref: false })]);

/** Waits for the signal, or until there is nothing left to do. */
async function untilEnd(
  { queue, redis }: OpenQueue,
  { signal, drain, onTurn }: WorkerOptions,
): Promise<void> {
  for (;;) {
    if (signal?.aborted) return;
    if (redis.status === 'ready') onTurn?.();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, drain ? 250 : TURN_MS);
      function done() {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      signal?.addEventListener('abort', done);
    });
    if (drain && (await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'waiting-children')) === 0)
      return;
  }
}

function doJob(
  open: OpenQueue,
  job: QueuedJob<Job>,
  token: string,
  { place, onJobEvent, perform: work = perform }: WorkerOptions,
  { device, signal }: { device?: string; signal: AbortSignal },
): Promise<JobResult | unknown> {
  const { data } = job;
  if (data.kind === 'report') return reportStudents(open, job, token);
  const id = job.id as string;
  const onEvent = (event: KgmentorEvent) => onJobEvent?.(id, event);
  return work(data, place, { token: randomUUID(), signal, device, onEvent });
}
