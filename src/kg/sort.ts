/** [length] 0, 1, 2, … */
export function positions(length: number): Int32Array {
  const out = new Int32Array(length);
  for (let i = 0; i < length; i++) out[i] = i;
  return out;
}

/**
 * Positions in the order of their values, ties in the order of `order`: one pass of a radix sort.
 *
 * @param values in [0, bound)
 */
export function sortBy(values: Int32Array, order: Int32Array, bound: number): Int32Array {
  const start = new Int32Array(bound + 1);
  for (let i = 0; i < values.length; i++) start[values[i] + 1]++;
  for (let v = 0; v < bound; v++) start[v + 1] += start[v];
  const out = new Int32Array(order.length);
  for (let k = 0; k < order.length; k++) out[start[values[order[k]]]++] = order[k];
  return out;
}
