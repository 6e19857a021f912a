import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedTransaction } from 'neo4j-driver';
import { KgmentorError } from '../errors.js';
import { refuseStopped } from './batches.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { first, runOne } from './rows.js';

export interface LeaseOptions {
  /** Who asks, for the message that a second one reads; host and process id where absent. */
  readonly holder?: string;
  /** Seconds until the lease runs out unless it is renewed; 60 where absent. */
  readonly seconds?: number;
  /** Seconds to wait for a lease that another one holds; 0 where absent. */
  readonly waitSeconds?: number;
  /** Aborting ends the waiting. */
  readonly signal?: AbortSignal;
}

/**
 * Seconds of a transaction. Without an end of its own, that of a process that was stopped in the middle would keep its
 * locks for ever, and nobody could take the lease when it has run out.
 */
export const FENCED = { timeout: 30 } as const;

/** It may have to wait for one of another holder's that is about to end. */
const ACQUIRING = { timeout: 120 } as const;

/** A right to write that one process has at a time. */
export interface Lease {
  readonly name: string;
  /** Grows with each holder: what an earlier holder writes late is told by its smaller token. */
  readonly token: bigint;
  /** Moves the end to `seconds` from now; an error where the lease was lost. */
  renew(): Promise<void>;
  /** Renews three times in each period until the lease is released. */
  keep(): void;
  /** Refuses to go on in a transaction of which this is a part where the lease was lost; it is held until the commit. */
  fence(tx: ManagedTransaction): Promise<void>;
  /** Runs `work` in a transaction that commits only if the lease is still held at its end. */
  write<T>(work: (tx: ManagedTransaction) => Promise<T>): Promise<T>;
  release(): Promise<void>;
}

interface LeaseRow {
  taken: boolean;
  token: number | bigint;
  holder: string;
  expires: string;
  secondsLeft: number;
}

/**
 * Takes the lease `name`, or says who holds it and until when. Time is the server's, so holders' clocks do not matter.
 *
 * @throws KgmentorError GATE where another one holds it, INTERRUPTED after an abort.
 * @example
 * const lease = await acquireLease(graph, 'publish:movies', { seconds: 60 });
 * try { await lease.write((tx) => tx.run(query, parameters)); } finally { await lease.release(); }
 */
export async function acquireLease(graph: Graph, name: string, options: LeaseOptions = {}): Promise<Lease> {
  const holder = options.holder ?? `${os.hostname()} process ${process.pid}`;
  const seconds = options.seconds ?? 60;
  const deadline = performance.now() + (options.waitSeconds ?? 0) * 1000;
  for (;;) {
    const claim = randomUUID();
    const request = { name, holder, seconds, claim };
    const row = (await runOne<LeaseRow>(graph, 'write-lease-acquire', request, ACQUIRING))!;
    if (row.taken) return heldLease(graph, name, { token: BigInt(String(row.token)), seconds, holder });
    if (performance.now() >= deadline) throw heldBy(name, row);
    refuseStopped(options.signal);
    await sleep(Math.min(500, Math.max(deadline - performance.now(), 1)));
  }
}

/**
 * Works while holding a lease, which is renewed until the work has ended, and gives it back.
 *
 * @throws KgmentorError as {@link acquireLease}, and what the work throws
 */
export async function withLease<T>(
  graph: Graph,
  name: string,
  options: LeaseOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await acquireLease(graph, name, options);
  lease.keep();
  try {
    return await work(lease);
  } finally {
    // Where the server is gone the lease runs out by itself; the first error is the one to tell.
    await lease.release().catch(() => undefined);
  }
}

function heldLease(
  graph: Graph,
  name: string,
  { token, seconds, holder }: { token: bigint; seconds: number; holder: string },
): Lease {
  let timer: NodeJS.Timeout | undefined;
  const lost = () =>
    new KgmentorError(
      'GATE',
      `The lease ${name} of ${holder} ran out and another may hold it: nothing more is written.`,
      {
        next: 'Run the command again; give it more seconds if the machine was asleep or very busy.',
      },
    );
  const renew = async () => {
    if (!(await runOne(graph, 'write-lease-renew', { name, token, seconds }, FENCED))) throw lost();
  };
  const fence = async (tx: ManagedTransaction) => {
    if (!first(await tx.run(cypher('write-lease-fence'), { name, token }))) throw lost();
  };
  return {
    name,
    token,
    renew,
    fence,
    keep() {
      // A failed renewal shows where it matters: at the fence of the next write.
      timer ??= setInterval(() => void renew().catch(() => undefined), (seconds * 1000) / 3).unref();
    },
    write(work) {
      return graph.write(
        async (tx) => {
          const result = await work(tx);
          await fence(tx);
          return result;
        },
        { timeout: Math.max(seconds, FENCED.timeout) },
      );
    },
    async release() {
      clearInterval(timer);
      await runOne(graph, 'write-lease-release', { name, token }, FENCED);
    },
  };
}

function heldBy(name: string, row: LeaseRow): KgmentorError {
  return new KgmentorError(
    'GATE',
    `${row.holder} holds the lease ${name} until ${row.expires} (${Math.max(0, Number(row.secondsLeft))} s from now).`,
    { next: 'Wait until it has finished; if it crashed, the lease runs out by itself.' },
  );
}
