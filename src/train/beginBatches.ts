import type { Batches } from './batches.js';
import { fedBatches } from './fedBatches.js';
import type { Job } from './job.js';
import { type From, isWorthAThread, sharedQueries, threadBatches } from './threadBatches.js';
import { jobBatches } from './walkingBatches.js';

/**
 * Begins to make a job's batches: by the process that feeds it, by a thread where that pays, else one by one as they are
 * asked for.
 *
 * @returns the batches, and the job with its queries where both threads see them
 */
export function beginBatches(job: Job, from: From): { job: Job; batches: Batches } {
  if (job.feed) return { job, batches: fedBatches(job, job.feed.steps, from) };
  if (!isWorthAThread(job)) return { job, batches: jobBatches(job) };
  const shared = { ...job, queries: sharedQueries(job.queries) };
  return { job: shared, batches: threadBatches(shared, from) };
}
