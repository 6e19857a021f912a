import type { Clock } from '../../src/operate/clock.js';

/** A clock that stands still while anybody works and jumps to the next moment that somebody waits for. */
export interface FastClock extends Clock {
  /** Lets time pass up to a moment. */
  runTo(moment: number): Promise<void>;
  /** Sets the clock, as an administrator does: who waits goes on waiting. */
  set(moment: number): void;
}

/** @param start milliseconds since 1970 */
export function fastClock(start: number): FastClock {
  let now = start;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  /** Promises that follow from one another are done when the queue of the event loop comes round. */
  const settle = async () => {
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          until: now + Math.max(milliseconds, 1),
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        if (signal?.aborted) return resolve();
        signal?.addEventListener('abort', sleeper.wake);
        sleepers.add(sleeper);
      }),
    async runTo(moment) {
      for (await settle(); ; await settle()) {
        const until = Math.min(...[...sleepers].map((one) => one.until));
        if (until > moment) break;
        now = Math.max(now, until);
        for (const one of [...sleepers]) if (one.until <= now) one.wake();
      }
      now = Math.max(now, moment);
    },
    set(moment) {
      for (const one of sleepers) one.until += moment - now;
      now = moment;
    },
  };
}
