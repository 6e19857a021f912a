import { KgmentorError } from '../errors.js';
import type { Graph } from '../graph/connect.js';
import { acquireLease, type Lease, type LeaseOptions } from '../graph/lease.js';

/** Another process retrains the target, or trains the teacher that it needs. */
export interface Busy {
  readonly outcome: 'busy';
  readonly target: string;
  readonly why: string;
}

/**
 * Does what one process does at a time for a target, on however many machines: the target's lease in the graph is held
 * until the work has ended.
 *
 * @param work is given what it calls right before it publishes: it refuses where another process has the lease since
 * @returns what the work does; `busy` where another process holds the lease
 */
export async function asOnlyOne<T>(
  graph: Graph,
  target: string,
  { seconds }: Pick<LeaseOptions, 'seconds'>,
  work: (requireHeld: () => Promise<void>) => Promise<T>,
): Promise<T | Busy> {
  const name = `retrain:${target}`;
  const first = await acquireLease(graph, name, { seconds }).catch(busy(target));
  if ('outcome' in first) return first;
  let lease: Lease = first;
  lease.keep();
  /** A lease that ran out while the server was away is taken again, unless another process has taken it since. */
  const requireHeld = () =>
    lease.renew().catch(async (error) => {
      if (!(error instanceof KgmentorError) || error.code !== 'GATE') throw error;
      await lease.release(); // its renewals end; nothing is there to be given back
      lease = await acquireLease(graph, name, { seconds });
      lease.keep();
    });
  try {
    return await work(requireHeld);
  } finally {
    // Where the server is gone the lease runs out by itself.
    await lease.release().catch(() => undefined);
  }
}

/** A lease that another one holds is an outcome, and no error. */
export const busy =
  (target: string) =>
  (error: unknown): Busy => {
    if (!(error instanceof KgmentorError) || error.code !== 'GATE') throw error;
    return { outcome: 'busy', target, why: error.message };
  };
