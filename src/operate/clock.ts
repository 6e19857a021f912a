import { setTimeout as sleep } from 'node:timers/promises';

/** Where time comes from: tests give one that they move. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Ends after so many milliseconds, or at once when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Of timers, which hold 31 bits. */
const LONGEST = 2 ** 31 - 1;

/** Longer waits are cut into pieces: a clock that was set is noticed, and what waits shows that it is alive. */
export const LONGEST_SLEEP = 60_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    await sleep(Math.min(Math.max(milliseconds, 0), LONGEST), undefined, { signal }).catch(() => undefined);
  },
};
