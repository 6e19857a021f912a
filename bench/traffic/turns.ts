import { median } from '../median.js';

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
  const times = { product: [] as number[], reference: [] as number[] };
  for (let turn = 0; turn < turns; turn++) {
    const ways = [
      ['product', product],
      ['reference', reference],
    ] as const;
    for (const [way, work] of turn % 2 === 0 ? ways : ways.toReversed())
      times[way].push(await secondsOf(work));
  }
  return {
    product: median(times.product),
    reference: median(times.reference),
    ratio: median(times.product.map((seconds, turn) => seconds / times.reference[turn])),
  };
}

/** The way that takes least, each tried twice. */
export async function fastest<T>(ways: readonly T[], work: (way: T) => Promise<unknown>): Promise<T> {
  let best = { way: ways[0], seconds: Number.POSITIVE_INFINITY };
  for (const way of ways) {
    await work(way); // plans the query
    const seconds = await secondsOf(() => work(way));
    if (seconds < best.seconds) best = { way, seconds };
  }
  return best.way;
}
