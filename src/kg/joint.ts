import { mergeTriples, sourceBit } from './csr.js';
import { concatTriples } from './triples.js';
import type { JointGraph, Triples } from './types.js';

/**
 * The teacher's training graph: one row a linked class, numbered by first member in the order of the sources; equal
 * triples of several sources count once, with the largest of their weights.
 *
 * @param classOf for each of `sources`: entity → class
 * @param relations shared relations
 * @example
 * const { rows, rowOf, triples } = jointGraph(sources, classOf, relations);
 * rowOf[1][7]; // row of entity 7 of the second source
 */
export function jointGraph(
  sources: readonly { readonly name: string; readonly entities: number; readonly triples: Triples }[],
  classOf: readonly Int32Array[],
  relations: number,
): JointGraph {
  const row = new Map<number, number>();
  const rowOf = classOf.map((classes) =>
    classes.map((id) => {
      const known = row.get(id);
      if (known !== undefined) return known;
      row.set(id, row.size);
      return row.size - 1;
    }),
  );
  const mapped = sources.map(({ triples }, s) => ({
    ...triples,
    head: triples.head.map((h) => rowOf[s][h]),
    tail: triples.tail.map((t) => rowOf[s][t]),
  }));
  const held = new Int32Array(mapped.reduce((sum, { head }) => sum + head.length, 0));
  let filled = 0;
  for (const [s, { head }] of mapped.entries()) {
    held.fill(sourceBit(s), filled, filled + head.length);
    filled += head.length;
  }
  return {
    rowOf,
    sources: sources.map(({ name }) => name),
    rows: row.size,
    relations,
    ...mergeTriples(concatTriples(mapped), held, row.size, relations),
  };
}
