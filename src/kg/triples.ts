import { positions, sortBy } from './sort.js';
import type { Triples } from './types.js';

/** The chosen rows of a triple table, in the order of `rows`. */
export function pickTriples(triples: Triples, rows: ArrayLike<number>): Triples {
  const pick = (column: Int32Array) => {
    const out = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) out[i] = column[rows[i]];
    return out;
  };
  const weight = triples.weight && Float32Array.from(rows, (row) => triples.weight![row]);
  return {
    head: pick(triples.head),
    relation: pick(triples.relation),
    tail: pick(triples.tail),
    ...(weight && { weight }),
  };
}

/** Positions sorted by head, relation and tail. */
export function tripleOrder(triples: Triples, entities: number, relations: number): Int32Array {
  let order = sortBy(triples.tail, positions(triples.tail.length), entities);
  order = sortBy(triples.relation, order, relations);
  return sortBy(triples.head, order, entities);
}

/** Triples sorted by head, relation and tail, repeated ones kept. */
export const sortTriples = (triples: Triples, entities: number, relations: number): Triples =>
  pickTriples(triples, tripleOrder(triples, entities, relations));

/**
 * Triples sorted by head, relation and tail, each once with the largest of its weights.
 *
 * @example
 * dedupeTriples(triples, entities, relations).head.length; // distinct facts
 */
export function dedupeTriples(triples: Triples, entities: number, relations: number): Triples {
  const { head, relation, tail, weight } = triples;
  const order = tripleOrder(triples, entities, relations);
  const [heads, types, tails] = [0, 1, 2].map(() => new Int32Array(order.length));
  const weights = weight && new Float32Array(order.length);
  let last = -1;
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    const isNew =
      last < 0 || head[i] !== heads[last] || relation[i] !== types[last] || tail[i] !== tails[last];
    if (isNew) {
      last++;
      heads[last] = head[i];
      types[last] = relation[i];
      tails[last] = tail[i];
    }
    if (weight && weights) weights[last] = isNew ? weight[i] : Math.max(weight[i], weights[last]);
  }
  const sorted = { head: heads, relation: types, tail: tails, ...(weights && { weight: weights }) };
  return last === order.length - 1 ? sorted : pickTriples(sorted, positions(last + 1));
}

/** Two columns one after the other. */
export function concatColumns(a: Int32Array, b: Int32Array): Int32Array {
  const out = new Int32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Tables one after the other; facts of a table without weights have the weight 1 beside others. */
export function concatTriples(parts: readonly Triples[]): Triples {
  const length = parts.reduce((sum, { head }) => sum + head.length, 0);
  const join = (column: 'head' | 'relation' | 'tail') => {
    const out = new Int32Array(length);
    let n = 0;
    for (const part of parts) {
      out.set(part[column], n);
      n += part[column].length;
    }
    return out;
  };
  return {
    head: join('head'),
    relation: join('relation'),
    tail: join('tail'),
    ...(parts.some(({ weight }) => weight) && { weight: joinedWeights(parts, length) }),
  };
}

function joinedWeights(parts: readonly Triples[], length: number): Float32Array {
  const out = new Float32Array(length).fill(1);
  let n = 0;
  for (const { head, weight } of parts) {
    if (weight) out.set(weight, n);
    n += head.length;
  }
  return out;
}

/** The rows that `keep` lets through. */
export function filterTriples(triples: Triples, keep: (row: number) => boolean): Triples {
  const rows = new Int32Array(triples.head.length);
  let n = 0;
  for (let i = 0; i < rows.length; i++) if (keep(i)) rows[n++] = i;
  return pickTriples(triples, rows.subarray(0, n));
}

/**
 * Membership of triples, by binary search among the sorted ones: no bound on ids but the given ones, and 12 bytes a
 * triple. Ids outside of the bounds are in no triple.
 *
 * @example
 * const known = tripleSet(train, entities, relations);
 * known.has(head, relation, tail);
 */
export function tripleSet(
  triples: Triples,
  entities: number,
  relations: number,
): { has(head: number, relation: number, tail: number): boolean } {
  const { head, relation, tail } = dedupeTriples(triples, entities, relations);
  const start = new Int32Array(entities + 1);
  for (const h of head) start[h + 1]++;
  for (let h = 0; h < entities; h++) start[h + 1] += start[h];
  return {
    has(h, r, t) {
      if (!(h >= 0 && h < entities)) return false;
      let low = start[h];
      let high = start[h + 1];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (relation[middle] < r || (relation[middle] === r && tail[middle] < t)) low = middle + 1;
        else high = middle;
      }
      return low < start[h + 1] && relation[low] === r && tail[low] === t;
    },
  };
}
