import type { Queries } from './types.js';

export interface ProbeOptions {
  /** [rows] 1 where the teacher can be asked about the row. */
  readonly known: Uint8Array;
  /** [2R] 1 where the target uses the relation and the teacher knows it. */
  readonly wanted: Uint8Array;
  /** Least share of the rows with one relation that have the other one as well. */
  readonly threshold: number;
  readonly rows: number;
  /** Reciprocals included. */
  readonly relations: number;
}

/** A relation that fewer rows have than this tells nothing about the company that it keeps. */
const LEAST_ROWS = 5;

/**
 * Queries that a student has no answer to and that a person would ask all the same: (entity, relation) where most
 * entities with one of the entity's relations have that relation too. A teacher's soft answers to them are knowledge
 * that no triple of the student holds.
 *
 * @param queries distinct training queries, sorted by entity
 * @returns the probes, sorted by entity and relation
 * @example
 * probeQueries(queries, { known, wanted, threshold: 0.3, rows, relations: 2 * relations });
 */
export function probeQueries(queries: Queries, options: ProbeOptions): Queries {
  const { known, wanted, threshold, rows, relations } = options;
  const total = queries.entity.length;
  const count = new Int32Array(relations);
  for (const relation of queries.relation) count[relation]++;
  const together = new Map<number, number>();
  const ofEntity: Int32Array[] = new Array(rows);
  for (let from = 0, to = 0; from < total; from = to) {
    const entity = queries.entity[from];
    while (to < total && queries.entity[to] === entity) to++;
    const mine = queries.relation.subarray(from, to);
    ofEntity[entity] = mine;
    for (const a of mine)
      for (const b of mine) {
        if (a === b || !wanted[b]) continue;
        const pair = a * relations + b;
        together.set(pair, (together.get(pair) ?? 0) + 1);
      }
  }
  const company: number[][] = Array.from({ length: relations }, () => []);
  for (const [pair, n] of together) {
    const a = Math.floor(pair / relations);
    if (count[a] >= LEAST_ROWS && n / count[a] >= threshold) company[a].push(pair % relations);
  }
  const entity: number[] = [];
  const relation: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (!known[row] || !ofEntity[row]) continue;
    const asked = new Set<number>();
    for (const a of ofEntity[row]) for (const b of company[a]) asked.add(b);
    for (const a of ofEntity[row]) asked.delete(a);
    for (const b of [...asked].sort((x, y) => x - y)) {
      entity.push(row);
      relation.push(b);
    }
  }
  return { entity: Int32Array.from(entity), relation: Int32Array.from(relation) };
}
