import type { Job } from './job.js';

/** Up to so many rows a softmax over all of them is fast enough. */
const ALL = 100_000;
export const NEGATIVES = 8192;

/** Entities that a step draws beside its own; undefined where it scores all. */
export function negativesOf({ settings, rows }: Pick<Job, 'settings' | 'rows'>): number | undefined {
  const asked = settings.negatives ?? (rows > ALL ? NEGATIVES : 0);
  return asked === 0 || asked >= rows ? undefined : asked;
}
