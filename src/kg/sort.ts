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

/** Which half of a 64-bit number comes first in memory. */
export const [LOW, HIGH] = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0];

/**
 * [values] positions in the order of values, equal ones in their own order: for few values of a large range, as
 * {@link sortBy} takes memory and time of the range.
 *
 * @param values none below 0
 */
export function valueOrder(values: Int32Array): Int32Array {
  const codes = new Uint32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    codes[2 * i + HIGH] = values[i];
    codes[2 * i + LOW] = i;
  }
  new BigUint64Array(codes.buffer).sort();
  const order = new Int32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = codes[2 * i + LOW];
  return order;
}
