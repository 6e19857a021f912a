import type { Random } from './random.js';

/** Rows that a step compares its queries with. */
export interface Candidates {
  /** Distinct rows of the table, those that the step needs anyway first. */
  readonly rows: Int32Array;
  /** [candidates] −log of the chance that a row is among them, for queries that do not bring it along themselves. */
  readonly correction: Float32Array;
  /** Row of the table → place among the candidates, for rows that are among them. */
  at(row: number): number;
}

/** Draws candidates; one draw ends before the next begins. */
export interface NegativeSampler {
  /**
   * @param needed rows that must be among them: a step's own, with repeats
   */
  draw(needed: readonly ArrayLike<number>[], random: Random): Candidates;
}

/** Negatives are drawn by frequency to this power, between even and as they occur (Mikolov et al. 2013). */
const POWER = 0.75;

/**
 * Shared negatives for a sampled softmax with corrected frequencies (Bengio and Senécal 2008; Jean et al. 2015): a step's
 * own rows serve as candidates for all of its queries, and others are drawn. A row comes in by either way, so its chance
 * of being there is 1 − exp(−(n · p + k · q)): n rows of the step that occur by p, k draws by q. Where p is not known, the
 * step's own rows count as they are, and the draws alone stand for the others.
 *
 * @param count rows of the table @param negatives draws a step
 * @param frequency [rows] how often steps need each row, up to a factor; undefined where it is not known
 * @example
 * const { rows, correction } = negativeSampler(degree.length, 8192, degree).draw([heads, tails], seededRandom(seed, step));
 */
export function negativeSampler(
  count: number,
  negatives: number,
  frequency?: ArrayLike<number>,
): NegativeSampler {
  if (negatives >= count) {
    const all = everyRow(count);
    return { draw: () => all };
  }
  const cumulative = new Float64Array(count);
  const weight = (row: number) => (frequency ? (frequency[row] + 1) ** POWER : 1);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < count; row++) {
    total += frequency ? frequency[row] : 0;
    sum += weight(row);
    cumulative[row] = sum;
  }
  const drawn = (random: Random): number => firstAbove(cumulative, random() * sum);
  /** Place of a row plus one in the current draw, else 0. */
  const place = new Int32Array(count);
  let last: Int32Array = new Int32Array(0);
  return {
    draw(needed, random) {
      for (const row of last) place[row] = 0;
      const most = needed.reduce((all, { length }) => all + length, 0);
      const rows = new Int32Array(Math.min(count, most + negatives));
      let n = 0;
      const add = (row: number) => {
        if (place[row] > 0) return;
        rows[n] = row;
        place[row] = ++n;
      };
      for (const some of needed) for (let i = 0; i < some.length; i++) add(some[i]);
      const own = n;
      for (let i = 0; i < negatives && n < count; i++) add(drawn(random));
      last = rows.slice(0, n);
      const correction = Float32Array.from(last, (row, i) => {
        if (!frequency && i < own) return 0;
        const expected = frequency && total > 0 ? (most * frequency[row]) / total : 0;
        return -Math.log(-Math.expm1(-(expected + (negatives * weight(row)) / sum)));
      });
      return { rows: last, correction, at: (row) => place[row] - 1 };
    },
  };
}

/** All rows, and nothing to correct. */
export const everyRow = (count: number): Candidates => ({
  rows: Int32Array.from({ length: count }, (_, row) => row),
  correction: new Float32Array(count),
  at: (row) => row,
});

/** The first place of a rising list whose number is above a value. */
function firstAbove(rising: Float64Array, value: number): number {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
