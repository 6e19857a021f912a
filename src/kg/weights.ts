/** The least weight of a fact: a smaller one would vanish in a 32-bit float. */
const LEAST = 2 ** -126;

/** Whether a value can weigh a fact: a finite number above 0. */
export const isWeight = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;

/**
 * The mean of weights, bit for bit the same in whichever order they come, and without overflow.
 *
 * @param given weights above 0, NaN where a fact has none
 * @returns 1 where none is given
 */
export function meanWeight(given: Float64Array): number {
  const sorted = given.filter((value) => !Number.isNaN(value)).sort();
  const largest = sorted.at(-1);
  if (largest === undefined) return 1;
  return largest * (sorted.reduce((sum, value) => sum + value / largest, 0) / sorted.length);
}

/**
 * Weights over their mean, so that the scale of a property does not matter. A fact without one counts as the mean, 1.
 *
 * @param given weights above 0, NaN where a fact has none
 * @param mean as {@link meanWeight} gives it
 * @example
 * const given = Float64Array.of(10, 30, Number.NaN);
 * relativeWeights(given, meanWeight(given)); // 0.5, 1.5, 1
 */
export const relativeWeights = (given: Float64Array, mean: number): Float32Array =>
  Float32Array.from(given, (value) => (Number.isNaN(value) ? 1 : Math.max(LEAST, value / mean)));
