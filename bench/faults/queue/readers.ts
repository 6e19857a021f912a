import { setTimeout as sleep } from 'node:timers/promises';
import type { Graph } from '../../../src/graph/connect.js';
import { idOf, type StudentJob } from '../../../src/operate/queue/jobs.js';
import { ask, GRACE_SECONDS, numberOf } from './world.js';

/** What readers saw. */
export interface Seen {
  /** Models to which readers were switched more than once. */
  readonly doubled: number;
  /** Looks at which nodes had another model's vectors than the one that the pointer names. */
  readonly mixed: number;
}

/**
 * Looks at what readers have, again and again. A switch stamps its pointer with the time: a model seen with two stamps
 * was published twice. The lease and the writing make two switches of a shelf far longer apart than two looks.
 */
export function watchReaders(graph: Graph, jobs: readonly StudentJob[]): { stop(): Promise<Seen> } {
  const sources = [...new Set(jobs.map(({ target }) => target))];
  const numbers = new Map(jobs.map((job) => [idOf(job), numberOf(job)]));
  const stamps = new Map<string, Set<string>>();
  let mixed = 0;
  let stopped = false;
  const looking = (async () => {
    while (!stopped) {
      const began = performance.now();
      const live = await ask<{ model: string; since: string; numbers: number[] }>(graph, 'live', { sources });
      // A publication spares only queries that end within the grace.
      const isSpared = performance.now() - began < GRACE_SECONDS * 1000;
      for (const { model, since, numbers: seen } of live) {
        stamps.set(model, (stamps.get(model) ?? new Set()).add(since));
        if (isSpared && (seen.length !== 1 || seen[0] !== numbers.get(model))) mixed++;
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
