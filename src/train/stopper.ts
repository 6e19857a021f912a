/** Early stopping as a value: what was best, when, and for how long nothing was better. */
export interface Stopper {
  readonly best: number;
  readonly bestEpoch: number;
  readonly waited: number;
}

export const freshStopper: Stopper = { best: Number.NEGATIVE_INFINITY, bestEpoch: 0, waited: 0 };

/**
 * The stopper after one more validation.
 *
 * @example
 * observe(freshStopper, 2, 0.4); // { best: 0.4, bestEpoch: 2, waited: 0 }
 */
export function observe(stopper: Stopper, epoch: number, value: number): Stopper {
  return value > stopper.best
    ? { best: value, bestEpoch: epoch, waited: 0 }
    : { ...stopper, waited: stopper.waited + 1 };
}

export const shouldStop = (stopper: Stopper, patience: number): boolean => stopper.waited >= patience;
