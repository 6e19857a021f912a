import { KgmentorError } from '../../src/errors.js';
import { median } from '../median.js';
import type { Answer, Asked } from './messages.js';
import type { Side } from './sides.js';

/** One thing that both sides did, turn by turn. */
export interface Compared {
  readonly what: string;
  readonly bar: number;
  /** Medians of CPU time: of a step, or of one ranking. */
  readonly productMs: number;
  readonly torchMs: number;
  /** Median, smallest and largest of the turns' product / PyTorch. */
  readonly ratio: number;
  readonly ratios: readonly [least: number, most: number];
  /** Largest relative difference of a step's losses; for a ranking the number of ranks that differ. */
  readonly apart: number;
}

/**
 * Asks both sides the same in paired turns, by turns the one and the other first, after one turn that is not counted.
 *
 * @param options.each divides the CPU time: steps or rankings a turn
 * @throws KgmentorError UNEXPECTED where the sides' results differ by more than `most`
 */
export async function compare(
  [product, torch]: readonly [Side, Side],
  asked: Asked,
  options: {
    readonly what: string;
    readonly bar: number;
    readonly turns: number;
    readonly each: number;
    readonly apart: (a: Answer, b: Answer) => number;
    readonly most: number;
  },
): Promise<Compared> {
  const { what, bar, turns, each, most } = options;
  const pairs: [product: Answer, torch: Answer][] = [];
  for (let turn = -1; turn < turns; turn++) {
    const order = turn % 2 === 0 ? [torch, product] : [product, torch];
    const told = new Map<Side, Answer>();
    for (const side of order) told.set(side, await side.ask(asked));
    const pair: [Answer, Answer] = [told.get(product) as Answer, told.get(torch) as Answer];
    const apart = options.apart(...pair);
    if (!(apart <= most))
      throw new KgmentorError(
        'UNEXPECTED',
        `${what}: the results are ${apart} apart, ${most} at most expected.`,
        {
          next: 'The two sides do not compute the same: their times cannot be compared.',
        },
      );
    if (turn >= 0) pairs.push(pair);
  }
  const ratios = pairs.map(([a, b]) => a.cpuMs / b.cpuMs);
  return {
    what,
    bar,
    productMs: median(pairs.map(([a]) => a.cpuMs / each)),
    torchMs: median(pairs.map(([, b]) => b.cpuMs / each)),
    ratio: median(ratios),
    ratios: [Math.min(...ratios), Math.max(...ratios)],
    apart: Math.max(...pairs.map((pair) => options.apart(...pair))),
  };
}

/** Largest relative difference of the steps' losses; not a number where one side lacks some. */
export function lossesApart({ losses: a = [] }: Answer, { losses: b = [] }: Answer): number {
  if (a.length === 0 || a.length !== b.length) return Number.NaN;
  return Math.max(...a.map((loss, k) => Math.abs(loss - b[k]) / Math.abs(b[k])));
}

/** How many ranks differ; not a number where one side lacks some. */
export function ranksApart({ ranks: a = [] }: Answer, { ranks: b = [] }: Answer): number {
  if (a.length === 0 || a.length !== b.length) return Number.NaN;
  return a.filter((rank, i) => rank !== b[i]).length;
}
