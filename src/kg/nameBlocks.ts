import { trigrams } from './names.js';

/** Names are near from this on: Dice coefficient of their trigrams. */
export const NEAR = 0.75;
/** Pairs of one equal name, or of one trigram, at most: what very many share points at nobody. */
const MOST_PAIRS = 1000;
const MOST_HOLDERS = 300;

/** Calls `found` for pairs of positions, a pair possibly more than once. */
export type OnPair = (left: number, right: number) => void;

function group<T>(items: readonly (readonly T[])[]): Map<T, number[]> {
  const out = new Map<T, number[]>();
  for (const [i, all] of items.entries())
    for (const one of all) {
      const known = out.get(one);
      if (known) known.push(i);
      else out.set(one, [i]);
    }
  return out;
}

/**
 * Pairs that share one of the values, where few share it.
 *
 * @param most pairs of one value at most
 */
export function equalPairs(
  left: readonly (readonly string[])[],
  right: readonly (readonly string[])[],
  found: OnPair,
  most = MOST_PAIRS,
): void {
  const others = group(right);
  for (const [value, mine] of group(left)) {
    const theirs = others.get(value);
    if (!theirs || mine.length * theirs.length > most) continue;
    for (const a of mine) for (const b of theirs) found(a, b);
  }
}

/** Dice coefficient of two sorted sets, in [0, 1]. */
export function dice(a: Int32Array, b: Int32Array): number {
  let both = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) both++;
    const [x, y] = [a[i], b[j]];
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return a.length + b.length === 0 ? 0 : (2 * both) / (a.length + b.length);
}

/** The trigrams of texts as sorted numbers, the rarest first. */
export function trigramSets(
  left: readonly string[],
  right: readonly string[],
): { left: Int32Array[]; right: Int32Array[] } {
  const all = [...left, ...right].map(trigrams);
  const counts = new Map<string, number>();
  for (const set of all) for (const one of set) counts.set(one, (counts.get(one) ?? 0) + 1);
  const order = [...counts].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
  const idOf = new Map(order.map(([one], id) => [one, id]));
  const sets = all.map((set) => Int32Array.from(set, (one) => idOf.get(one) as number).sort());
  return { left: sets.slice(0, left.length), right: sets.slice(left.length) };
}

/**
 * Pairs of texts that are near. Texts that are near share one of their rarest trigrams (prefix filtering, Chaudhuri et
 * al. 2006), so only those are compared that do; with `share` = NEAR / (2 − NEAR) a text x has at least share · |x| of them
 * in common with a near one. Trigrams that very many share point at nobody.
 *
 * @param left, right from `trigramSets`
 */
export function nearPairs(left: readonly Int32Array[], right: readonly Int32Array[], found: OnPair): void {
  const share = NEAR / (2 - NEAR);
  const prefix = (set: Int32Array) =>
    Array.from(set.subarray(0, set.length - Math.ceil(share * set.length) + 1));
  const holders = group(right.map(prefix));
  for (const [a, set] of left.entries()) {
    const met = new Set<number>();
    for (const one of prefix(set)) {
      const known = holders.get(one);
      if (known && known.length <= MOST_HOLDERS) for (const b of known) met.add(b);
    }
    for (const b of met) {
      const [small, large] = [set.length, right[b].length].sort((x, y) => x - y);
      if (small >= share * large && dice(set, right[b]) >= NEAR) found(a, b);
    }
  }
}
