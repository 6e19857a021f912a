import { concatColumns, pickTriples, tripleOrder } from './triples.js';
import type { Triples } from './types.js';

/** Edges in compressed rows: those of row i are `[offset[i]..offset[i+1])`, sorted by relation and tail, each once. */
export interface Adjacency {
  readonly rows: number;
  /** Distinct relation ids of the edges, reciprocals included. */
  readonly relations: number;
  readonly offset: Int32Array;
  readonly relation: Int32Array;
  readonly tail: Int32Array;
  /** [edges] bit s: source s holds the edge. */
  readonly source?: Int32Array;
}

export interface AdjacencyInput {
  readonly triples: Triples;
  readonly rows: number;
  /** Without reciprocals. */
  readonly relations: number;
  /** [triples] bit s: source s holds the triple. */
  readonly source?: Int32Array;
}

/** The bit of a source. Sources that are 31 apart share one. */
export const sourceBit = (source: number): number => 1 << (source % 31);

/**
 * Triples sorted by head, relation and tail, each once with the largest of its weights, held by all the sources that
 * hold one of its rows.
 *
 * @param source [triples] bit masks, see `sourceBit`
 */
export function mergeTriples(
  triples: Triples,
  source: Int32Array,
  rows: number,
  relations: number,
): { triples: Triples; source: Int32Array } {
  const { head, relation, tail, weight } = triples;
  const order = tripleOrder(triples, rows, relations);
  const kept = new Int32Array(order.length);
  const masks = new Int32Array(order.length);
  let n = 0;
  let last = -1;
  for (const i of order) {
    if (last >= 0 && head[i] === head[last] && relation[i] === relation[last] && tail[i] === tail[last]) {
      masks[n - 1] |= source[i];
      if (weight && weight[i] > weight[kept[n - 1]]) kept[n - 1] = i;
    } else {
      kept[n] = i;
      masks[n++] = source[i];
    }
    last = i;
  }
  return { triples: pickTriples(triples, kept.subarray(0, n)), source: masks.slice(0, n) };
}

/** Each triple and its reciprocal (tail, relation + relations, head). */
export function withReciprocals({ head, relation, tail }: Triples, relations: number): Triples {
  return {
    head: concatColumns(head, tail),
    relation: concatColumns(
      relation,
      relation.map((r) => r + relations),
    ),
    tail: concatColumns(tail, head),
  };
}

/**
 * The edges of a graph by row, in both directions: a triple (h, r, t) is an edge of h with relation r and one of t with
 * relation r + relations. The order of the triples does not matter.
 *
 * @example
 * const graph = adjacency({ triples, rows, relations });
 * graph.tail.subarray(graph.offset[7], graph.offset[8]); // neighbours of row 7
 */
export function adjacency({ triples, rows, relations, source }: AdjacencyInput): Adjacency {
  const both = new Int32Array(2 * triples.head.length);
  if (source) {
    both.set(source);
    both.set(source, source.length);
  }
  const edges = mergeTriples(withReciprocals(triples, relations), both, rows, 2 * relations);
  const offset = new Int32Array(rows + 1);
  for (const head of edges.triples.head) offset[head + 1]++;
  for (let row = 0; row < rows; row++) offset[row + 1] += offset[row];
  return {
    rows,
    relations: 2 * relations,
    offset,
    relation: edges.triples.relation,
    tail: edges.triples.tail,
    ...(source && { source: edges.source }),
  };
}

/** First position in [from, to) of a sorted column whose value is at least `value`; `to` where there is none. */
export function lowerBound(column: Int32Array, value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The answers to (row, relation, ?): sorted, a view of the graph's own column.
 *
 * @param relation reciprocals count from `relations / 2` on
 */
export function tailsOf(graph: Adjacency, row: number, relation: number): Int32Array {
  const { offset, relation: column, tail } = graph;
  const from = lowerBound(column, relation, offset[row], offset[row + 1]);
  return tail.subarray(from, lowerBound(column, relation + 1, from, offset[row + 1]));
}
