/**
 * The exponent b of y ≈ a · x^b, by least squares of the logarithms: 1 where y grows as x does.
 *
 * @returns null where there are fewer than two points, or one that is not above 0
 * @example
 * growthOf([10, 100, 1000], [3, 30, 300]); // 1
 */
export function growthOf(x: readonly number[], y: readonly number[]): number | null {
  if (x.length < 2 || [...x, ...y].some((value) => !(value > 0))) return null;
  const [u, v] = [x, y].map((values) => values.map(Math.log));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mu, mv] = [mean(u), mean(v)];
  const above = u.reduce((sum, value, i) => sum + (value - mu) * (v[i] - mv), 0);
  const below = u.reduce((sum, value) => sum + (value - mu) ** 2, 0);
  return below > 0 ? above / below : null;
}
