import { median } from '../median.js';
import { inTurns } from '../turns.js';

/** Tries of each way among which the fastest is looked for. */
const TRIES = 3;

/** Seconds of two ways of one work, measured in turns. */
export interface Paired {
  readonly product: number;
  readonly reference: number;
  /** Median of the turns' ratios, product by reference. */
  readonly ratio: number;
}

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Both ways once to warm up, then in turns that alternate who goes first; medians. */
export async function pairedTurns(
  turns: number,
  product: () => Promise<unknown>,
  reference: () => Promise<unknown>,
): Promise<Paired> {
  await product();
  await reference();
  const works = { product, reference };
  const done = await inTurns(turns, ['product', 'reference'], (way) => secondsOf(works[way]));
  return {
    product: median(done.map((turn) => turn.product)),
    reference: median(done.map((turn) => turn.reference)),
    ratio: median(done.map((turn) => turn.product / turn.reference)),
  };
}

/** The way that takes least of a few tries, after one that plans the query. */
export async function fastest<T>(ways: readonly T[], work: (way: T) => Promise<unknown>): Promise<T> {
  let best = { way: ways[0], seconds: Number.POSITIVE_INFINITY };
  for (const way of ways) {
    await work(way);
    for (let one = 0; one < TRIES; one++) {
      const seconds = await secondsOf(() => work(way));
      if (seconds < best.seconds) best = { way, seconds };
    }
  }
  return best.way;
}
