import type { GroupedQueries } from './types.js';

/** What became of a graph's queries since an earlier state of it. */
export interface Changes {
  /** [queries] 1 where the query is new, or has an answer that it had not, or no longer has one that it had. */
  readonly query: Uint8Array;
  /** [rows] 1 at the entities of these queries, and of those that have no answer any more. */
  readonly row: Uint8Array;
}

/**
 * Compares queries with those of an earlier state on the same rows and relations. Both are sorted by entity and relation,
 * and the answers of each by row, as `trainingQueries` gives them.
 *
 * @param known rows that can be compared: answers beyond them are left out of the comparison
 * @example
 * changedQueries(trainingQueries([now], rows, relations), trainingQueries([before], rows, relations), rows, entities);
 */
export function changedQueries(
  now: GroupedQueries,
  before: GroupedQueries,
  rows: number,
  known = rows,
): Changes {
  const query = new Uint8Array(now.entity.length);
  const row = new Uint8Array(rows);
  const answers = ({ offset, answer }: GroupedQueries, i: number) =>
    answer.subarray(offset[i], offset[i + 1]).filter((one) => one < known);
  const later = (a: number, b: number) =>
    now.entity[a] - before.entity[b] || now.relation[a] - before.relation[b];
  let b = 0;
  const gone = () => {
    if (before.entity[b] < known && answers(before, b).length > 0) row[before.entity[b]] = 1;
    b++;
  };
  for (let i = 0; i < query.length; i++) {
    while (b < before.entity.length && later(i, b) > 0) gone();
    const isOld = b < before.entity.length && later(i, b) === 0;
    const mine = answers(now, i);
    const old = isOld ? answers(before, b++) : new Int32Array(0);
    if (isOld && mine.length === old.length && mine.every((one, k) => one === old[k])) continue;
    query[i] = 1;
    row[now.entity[i]] = 1;
  }
  while (b < before.entity.length) gone();
  return { query, row };
}
