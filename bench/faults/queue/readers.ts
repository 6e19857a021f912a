import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Graph } from '../../../src/graph/connect.js';
import { idOf, type StudentJob } from '../../../src/operate/queue/jobs.js';
import { ask, GRACE_SECONDS, numbersOf, sortedOnce } from './world.js';

/** What readers saw. */
export interface Seen {
  /** Models to which readers were switched more than once. */
  readonly doubled: number;
  /** Looks at which nodes had another model's vectors than the one that the pointer names. */
  readonly mixed: number;
}

interface Look {
  readonly model: string;
  readonly since: string;
  readonly after: string;
  readonly numbers: number[];
}

/**
 * Looks at what readers have, again and again. A switch stamps its pointer with the time: a model seen with two stamps
 * was published twice. The lease and the writing make two switches of a shelf far longer apart than two looks.
 */
export function watchReaders(
  graph: Graph,
  jobs: readonly StudentJob[],
  runs: string,
  log: (line: string) => void,
): { stop(): Promise<Seen> } {
  const sources = [...new Set(jobs.map(({ target }) => target))];
  const jobOf = new Map(jobs.map((job) => [idOf(job), job]));
  const known = new Map<string, number[]>();
  /** A model is published when its run is finished, so that the folder is there. */
  const expected = (model: string): number[] => {
    const job = jobOf.get(model);
    const numbers = known.get(model) ?? (job ? numbersOf(job, runs) : []);
    known.set(model, numbers);
    return numbers;
  };
  const isWhole = (seen: readonly number[], model: string): boolean =>
    isDeepStrictEqual(sortedOnce(seen), expected(model));
  const stamps = new Map<string, Set<string>>();
  let mixed = 0;
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      const began = performance.now();
      const live = await ask<Look>(graph, 'live', { sources });
      // A publication spares only queries that end within the grace.
      const isSpared = performance.now() - began < GRACE_SECONDS * 1000;
      for (const look of live) {
        const { model, since, after, numbers } = look;
        stamps.set(model, (stamps.get(model) ?? new Set()).add(since));
        // Where the pointer is moved in the middle of the look, either version is right, but whole.
        if (!isSpared || isWhole(numbers, model) || isWhole(numbers, after)) continue;
        mixed++;
        log(`mixed: ${JSON.stringify({ ...look, expected: expected(model) })}`);
      }
      await sleep(50);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await looking;
      return { doubled: [...stamps.values()].filter(({ size }) => size > 1).length, mixed };
    },
  };
}
