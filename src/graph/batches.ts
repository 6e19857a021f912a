import pLimit from 'p-limit';
import { KgmentorError } from '../errors.js';

/** Two sessions write twice as fast as one; more gain nothing on a small server. */
const SESSIONS = 2;

/**
 * Calls `work(from, to)` for windows of `size` over `count` rows, two at a time. The first failure ends it: what
 * has begun is awaited, nothing more is begun, and the failure is thrown. So it is once `signal` asks for a stop.
 *
 * @throws KgmentorError INTERRUPTED
 */
export async function inBatches(
  count: number,
  size: number,
  work: (from: number, to: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const limit = pLimit(SESSIONS);
  let failed = false;
  const windows = Array.from({ length: Math.ceil(count / size) }, (_, i) => i * size);
  const results = await Promise.allSettled(
    windows.map((from) =>
      limit(async () => {
        if (failed) return;
        try {
          refuseStopped(signal);
          await work(from, Math.min(from + size, count));
        } catch (error) {
          failed = true;
          throw error;
        }
      }),
    ),
  );
  const bad = results.find((result) => result.status === 'rejected');
  if (bad) throw bad.reason;
}

/**
 * The results of some tasks in their order, at most `most` of them under way or waiting to be taken: a slow reader holds
 * the tasks back. The first failure ends it, once what has begun is over.
 *
 * @example
 * for await (const rows of inOrder(windows.map((window) => () => read(window)))) …;
 */
export async function* inOrder<T>(tasks: readonly (() => Promise<T>)[], most = SESSIONS): AsyncGenerator<T> {
  const begun: Promise<T>[] = [];
  const begin = (task: () => Promise<T>) => {
    const promise = task();
    promise.catch(() => undefined); // told to whoever awaits it
    begun.push(promise);
  };
  try {
    for (let next = 0, taken = 0; taken < tasks.length; taken++) {
      while (next < tasks.length && begun.length < most) begin(tasks[next++]);
      yield await (begun.shift() as Promise<T>);
    }
  } finally {
    await Promise.allSettled(begun);
  }
}

/**
 * Ends work of which a stop was asked, between two of its transactions.
 *
 * @throws KgmentorError INTERRUPTED
 */
export function refuseStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new KgmentorError('INTERRUPTED', 'Stopped before all was written.', {
    next: 'Run the same command again: it takes up what is there.',
  });
}
