import { compareKeys } from './keys.js';
import { HIGH, LOW, positions } from './sort.js';

/** Places of a text that a number beside its position holds, a byte each. */
const PLACES = 5;
/** More texts than positions of 24 bits are sorted one by one. */
const MOST = 1 << 24;
/** Texts that are alike in these places and at most so many are sorted by insertion. */
const FEW = 16;

/**
 * [texts] positions in the order of texts by code unit, equal ones in their own order. Their first places after what all
 * share are sorted as numbers, which takes a fifth of the time of comparing texts; only those alike there are compared.
 *
 * @example
 * keyOrder(['b', 'a', 'c']); // Int32Array [1, 0, 2]
 */
export function keyOrder(texts: readonly string[]): Int32Array {
  const order = positions(texts.length);
  if (texts.length > MOST) return sortTexts(order, texts);
  const codes = codesOf(texts);
  new BigUint64Array(codes.buffer).sort();
  for (let from = 0, to = 0; from < order.length; from = to) {
    const [low, high] = [LOW + 2 * from, HIGH + 2 * from];
    for (; to < order.length; to++) {
      const ahead = 2 * (to - from);
      if (codes[high + ahead] !== codes[high] || codes[low + ahead] >>> 24 !== codes[low] >>> 24) break;
      order[to] = codes[low + ahead] & (MOST - 1);
    }
    if (to - from > 1) sortTexts(order.subarray(from, to), texts);
  }
  return order;
}

/**
 * Numbers of 64 bits as pairs of 32: {@link PLACES} places after what all texts share and 24 bits of the position. A
 * place beyond a text is 0; a code unit over 253 is 255, and so is all that follows, as those after it are in no order.
 */
function codesOf(texts: readonly string[]): Uint32Array {
  const codes = new Uint32Array(2 * texts.length);
  const shared = sharedLength(texts);
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    let high = 0;
    let last = 0;
    for (let place = 0; place < PLACES; place++) {
      const at = shared + place;
      if (last !== 255) last = at < text.length ? Math.min(text.charCodeAt(at) + 1, 255) : 0;
      if (place < PLACES - 1) high = (high << 8) | last;
    }
    codes[HIGH + 2 * i] = high;
    codes[LOW + 2 * i] = (last << 24) | i;
  }
  return codes;
}

/** How many code units all texts begin with: what the least and the largest share, those between them do. */
function sharedLength(texts: readonly string[]): number {
  if (texts.length === 0 || texts[0][0] !== texts[texts.length - 1][0]) return 0;
  let [least, largest] = [texts[0], texts[0]];
  for (const text of texts) {
    if (text < least) least = text;
    else if (text > largest) largest = text;
  }
  let n = 0;
  while (n < least.length && least.charCodeAt(n) === largest.charCodeAt(n)) n++;
  return n;
}

/** Sorts positions by their texts, in place. */
function sortTexts(order: Int32Array, texts: readonly string[]): Int32Array {
  if (order.length > FEW) {
    order.set(Array.from(order).sort((a, b) => compareKeys(texts[a], texts[b])));
    return order;
  }
  for (let i = 1; i < order.length; i++) {
    const moved = order[i];
    let to = i;
    for (; to > 0 && texts[order[to - 1]] > texts[moved]; to--) order[to] = order[to - 1];
    order[to] = moved;
  }
  return order;
}
