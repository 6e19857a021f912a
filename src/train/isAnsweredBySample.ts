import type { DistillationSettings } from '../config.js';
import type { Job } from './job.js';
import { negativesOf } from './negativesOf.js';

/** Up to so many linked entities a teacher chooses its answers among all of them. */
const ALL = 100_000;

/** Whether a job's teacher chooses its answers among the samples of the steps. */
export function isAnsweredBySample(
  job: Pick<Job, 'rows' | 'settings' | 'teacher'>,
  { candidates }: DistillationSettings,
): boolean {
  if (candidates) return candidates === 'sample';
  const linked = job.teacher?.row.reduce((sum, row) => sum + Number(row >= 0), 0) ?? 0;
  return linked > ALL && negativesOf(job) !== undefined;
}
