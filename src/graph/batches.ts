import pLimit from 'p-limit';

/** Two sessions write twice as fast as one; more gain nothing on a small server. */
const SESSIONS = 2;

/**
 * Calls `work(from, to)` for windows of `size` over `count` rows, two at a time. The first failure ends it: what
 * has begun is awaited, nothing more is begun, and the failure is thrown.
 */
export async function inBatches(
  count: number,
  size: number,
  work: (from: number, to: number) => Promise<void>,
): Promise<void> {
  const limit = pLimit(SESSIONS);
  let failed = false;
  const windows = Array.from({ length: Math.ceil(count / size) }, (_, i) => i * size);
  const results = await Promise.allSettled(
    windows.map((from) =>
      limit(async () => {
        if (failed) return;
        try {
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
