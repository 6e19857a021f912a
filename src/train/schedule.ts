import type { DistillationSettings, Scheduled } from '../config.js';

/**
 * A scheduled weight at a time.
 *
 * @param share of the training done, in [0, 1]
 * @example
 * weightAt({ from: 1, to: 0 }, 0.25); // 0.75
 */
export const weightAt = (weight: Scheduled, share: number): number =>
  typeof weight === 'number' ? weight : weight.from + (weight.to - weight.from) * Math.min(1, share);

/** Whether a weight is above 0 at any time. */
export const isUsed = (weight: Scheduled): boolean =>
  typeof weight === 'number' ? weight > 0 : weight.from > 0 || weight.to > 0;

/** Whether anything is distilled at all. */
export const distils = ({ feature, network, prediction }: DistillationSettings): boolean =>
  [feature, network, prediction].some(isUsed);
