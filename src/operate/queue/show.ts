import type { Job as QueuedJob } from 'bullmq';
import { KgmentorError } from '../../errors.js';
import type { Job } from './jobs.js';
import type { OpenQueue } from './open.js';

/** A job as it stands in the queue. */
export interface JobView {
  readonly id: string;
  readonly kind: Job['kind'];
  readonly target?: string;
  /** `waiting`, `active`, `delayed` before another try, `waiting-children`, `failed` or `completed`. */
  readonly state: string;
  /** How often a worker has begun it. */
  readonly tries: number;
  /** The worker that has it, or had it last. */
  readonly worker?: string;
  /** When it was added, begun and ended; ISO 8601. */
  readonly added: string;
  readonly begun?: string;
  readonly ended?: string;
  /** Why it failed, or the last try did. */
  readonly reason?: string;
  readonly result?: unknown;
}

/** As `queue` shows them: what is to be done first, what is done last. */
export const STATES = ['active', 'waiting', 'delayed', 'waiting-children', 'failed', 'completed'] as const;

/** Completed jobs that are shown: the newest ones. */
const SHOWN = 20;

export interface QueueView {
  readonly counts: Readonly<Record<(typeof STATES)[number], number>>;
  readonly jobs: readonly JobView[];
}

/** How many jobs of a queue are in which state. */
export const countJobs = (queue: OpenQueue['queue']): Promise<QueueView['counts']> =>
  queue.getJobCounts(...STATES) as Promise<QueueView['counts']>;

/**
 * All jobs of a queue that are not completed, and the newest that are.
 *
 * @example
 * const { counts, jobs } = await showQueue(queue);
 */
export async function showQueue({ queue }: OpenQueue): Promise<QueueView> {
  const counts = await countJobs(queue);
  const jobs: JobView[] = [];
  for (const state of STATES) {
    const found = await queue.getJobs([state], 0, state === 'completed' ? SHOWN - 1 : -1);
    // One that has just been removed comes as undefined.
    for (const job of found) if (job) jobs.push(viewOf(job, state));
  }
  return { counts, jobs };
}

/** @throws KgmentorError NO_DATA where there is no such job */
export async function showJob({ queue }: OpenQueue, id: string): Promise<JobView> {
  const job = await queue.getJob(id);
  if (!job) throw unknownJob(id);
  return viewOf(job, await job.getState());
}

/**
 * Puts a failed job, or all of them, back into the queue, with all its tries before it.
 *
 * @returns the ids of those that wait again
 * @throws KgmentorError NO_DATA where there is no such job, USAGE where it has not failed
 */
export async function retryJobs({ queue }: OpenQueue, id?: string, dryRun = false): Promise<string[]> {
  const failed = await queue.getJobs(['failed'], 0, -1);
  const chosen = failed.filter((job) => job && (id === undefined || job.id === id));
  if (id !== undefined && chosen.length === 0) {
    const job = await queue.getJob(id);
    if (!job) throw unknownJob(id);
    throw new KgmentorError('USAGE', `The job ${id} has not failed: it is ${await job.getState()}.`, {
      next: 'Only failed jobs are tried again.',
    });
  }
  if (dryRun) return chosen.map((job) => job.id as string);
  for (const job of chosen)
    await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  return chosen.map((job) => job.id as string);
}

/**
 * Takes a job out of the queue; the same job can then be added again.
 *
 * @throws KgmentorError NO_DATA where there is no such job, USAGE where a worker has it
 */
export async function removeJob({ queue }: OpenQueue, id: string, dryRun = false): Promise<void> {
  const job = await queue.getJob(id);
  if (!job) throw unknownJob(id);
  if (await job.isActive())
    throw new KgmentorError('USAGE', `The job ${id} is running, at ${job.processedBy ?? 'a worker'}.`, {
      next: 'Wait until it is done, or stop that worker first.',
    });
  if (!dryRun) await job.remove();
}

const unknownJob = (id: string) =>
  new KgmentorError('NO_DATA', `There is no job ${JSON.stringify(id)} in the queue.`, {
    next: '`kgmentor queue` lists them.',
  });

function viewOf(job: QueuedJob<Job>, state: string): JobView {
  const { data, processedBy, finishedOn, processedOn, failedReason, returnvalue } = job;
  const date = (milliseconds: number) => new Date(milliseconds).toISOString();
  return {
    id: job.id as string,
    kind: data.kind,
    ...(data.kind === 'student' && { target: data.target }),
    state,
    tries: job.attemptsStarted,
    ...(processedBy && { worker: processedBy }),
    added: date(job.timestamp),
    ...(processedOn && { begun: date(processedOn) }),
    ...(finishedOn && { ended: date(finishedOn) }),
    ...(failedReason && { reason: failedReason }),
    ...(state === 'completed' && { result: returnvalue }),
  };
}
