import { positions, sortBy, valueOrder } from './sort.js';
import type { Triples } from './types.js';

/** The chosen rows of a triple table, in the order of `rows`. */
export const pickTriples = (triples: Triples, rows: ArrayLike<number>): Triples => ({
  ...columnsAt(triples, rows),
  ...weightsAt(triples, rows),
});

function columnsAt({ head, relation, tail }: Triples, rows: ArrayLike<number>): Triples {
  const at = (column: Int32Array) => {
    const out = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) out[i] = column[rows[i]];
    return out;
  };
  return { head: at(head), relation: at(relation), tail: at(tail) };
}

const weightsAt = ({ weight }: Triples, rows: ArrayLike<number>): Pick<Triples, 'weight'> =>
  weight ? { weight: Float32Array.from(rows, (row) => weight[row]) } : {};

/** Positions sorted by head, relation and tail, equal ones in their own order. */
export function tripleOrder(triples: Triples, entities: number, relations: number): Int32Array {
  const order = pairOrder(triples, entities, relations);
  sortTies(columnsAt(triples, order), order);
  return order;
}

/** Triples sorted by head, relation and tail, repeated ones kept. */
export function sortTriples(triples: Triples, entities: number, relations: number): Triples {
  const sorted = pickTriples(triples, pairOrder(triples, entities, relations));
  sortTies(sorted, sorted.weight);
  return sorted;
}

/**
 * Triples sorted by head, relation and tail, each once with the largest of its weights.
 *
 * @example
 * dedupeTriples(triples, entities, relations).head.length; // distinct facts
 */
export const dedupeTriples = (triples: Triples, entities: number, relations: number): Triples =>
  dedupePairs(pickTriples(triples, pairOrder(triples, entities, relations)));

/**
 * What {@link dedupeTriples} gives, of triples that are in the order of head and relation. Their columns are changed, and
 * given back where no triple is repeated: what a reader has just made need not be copied.
 */
export function dedupePairs(triples: Triples): Triples {
  const { head, relation, tail, weight } = triples;
  if (!sortTies(triples, weight)) return triples;
  let last = 0;
  for (let row = 1; row < head.length; row++) {
    if (head[row] === head[last] && relation[row] === relation[last] && tail[row] === tail[last]) {
      if (weight) weight[last] = Math.max(weight[last], weight[row]);
      continue;
    }
    last++;
    head[last] = head[row];
    relation[last] = relation[row];
    tail[last] = tail[row];
    if (weight) weight[last] = weight[row];
  }
  const once = last + 1;
  return {
    head: head.slice(0, once),
    relation: relation.slice(0, once),
    tail: tail.slice(0, once),
    ...(weight && { weight: weight.slice(0, once) }),
  };
}

/** Positions by head and relation, equal ones in their own order. */
const pairOrder = ({ head, relation }: Triples, entities: number, relations: number): Int32Array =>
  sortBy(head, sortBy(relation, positions(head.length), relations), entities);

/**
 * Sorts by tail, in place, rows that are in the order of head and relation. Few are alike in both: a pass by tail before
 * those by relation and head costs more than what is left to mend.
 *
 * @param along a column that is moved with the tails
 * @returns whether some rows are equal
 */
function sortTies({ head, relation, tail }: Triples, along?: Int32Array | Float32Array): boolean {
  let hasEqual = false;
  for (let from = 0, to = 1; from < tail.length; from = to++) {
    let isRising = true;
    for (; to < tail.length && head[to] === head[from] && relation[to] === relation[from]; to++)
      if (tail[to] <= tail[to - 1]) isRising = false;
    if (isRising) continue;
    sortTails(tail, along, from, to);
    for (let row = from + 1; row < to && !hasEqual; row++) hasEqual = tail[row] === tail[row - 1];
  }
  return hasEqual;
}

/** At most so many rows are sorted by insertion. */
const FEW = 16;

function sortTails(
  tail: Int32Array,
  along: Int32Array | Float32Array | undefined,
  from: number,
  to: number,
): void {
  if (to - from > FEW) {
    const values = tail.slice(from, to);
    const moved = along?.slice(from, to);
    const order = valueOrder(values);
    for (let i = 0; i < order.length; i++) {
      tail[from + i] = values[order[i]];
      if (along && moved) along[from + i] = moved[order[i]];
    }
    return;
  }
  for (let row = from + 1; row < to; row++) {
    const value = tail[row];
    const moved = along?.[row] ?? 0;
    let free = row;
    for (; free > from && tail[free - 1] > value; free--) {
      tail[free] = tail[free - 1];
      if (along) along[free] = along[free - 1];
    }
    tail[free] = value;
    if (along) along[free] = moved;
  }
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
