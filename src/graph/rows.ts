import type { QueryResult } from 'neo4j-driver';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';

/** The rows of a result as plain objects; the caller's type names the query's columns. */
export function rows<T>(result: QueryResult): T[] {
  return result.records.map((record) => record.toObject() as T);
}

/** The first row, if there is one. */
export function first<T>(result: QueryResult): T | undefined {
  return rows<T>(result)[0];
}

/** Runs one query file in a write transaction of its own; its first row. */
export async function runOne<T>(
  graph: Graph,
  name: string,
  parameters: Record<string, unknown> = {},
): Promise<T | undefined> {
  return graph.write(async (tx) => first<T>(await tx.run(cypher(name), parameters)));
}
