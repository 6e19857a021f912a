import { type Adjacency, tailsOf } from './csr.js';

/** The other direction of a relation. @param relations reciprocals included */
export const inverseOf = (relation: number, relations: number): number =>
  relation < relations / 2 ? relation + relations / 2 : relation - relations / 2;

/**
 * Where paths of relations lead.
 *
 * @returns a function from a row and relations to the distinct rows at the end of all such paths, sorted
 * @example
 * const reach = reacher(adjacency({ triples, rows, relations }));
 * reach(7, [0, 3]); // answers to (7, 0, 3, ?)
 */
export function reacher(graph: Adjacency): (row: number, path: readonly number[]) => Int32Array {
  const reachedAt = new Float64Array(graph.rows);
  let step = 0;
  return (row, path) => {
    let reached = [row];
    for (const relation of path) {
      const next: number[] = [];
      step++;
      for (const from of reached)
        for (const to of tailsOf(graph, from, relation)) {
          if (reachedAt[to] === step) continue;
          reachedAt[to] = step;
          next.push(to);
        }
      reached = next;
    }
    return Int32Array.from(reached).sort();
  };
}
