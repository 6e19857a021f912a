import type { ManagedTransaction, QueryResult } from 'neo4j-driver';
import type { Graph, WriteOptions } from './connect.js';
import { cypher } from './cypher.js';

/** The rows of a result as plain objects; the caller's type names the query's columns. */
export function rows<T>(result: QueryResult): T[] {
  return result.records.map((record) => record.toObject() as T);
}

/** The first row, if there is one. */
export function first<T>(result: QueryResult): T | undefined {
  return rows<T>(result)[0];
}

/** What `Graph.read` and `Graph.write` hand to their work. */
export type Transaction = ManagedTransaction;

/** The rows of one statement of a transaction. */
export async function ask<T>(
  tx: Transaction,
  text: string,
  parameters: Record<string, unknown> = {},
): Promise<T[]> {
  return rows<T>(await tx.run(text, parameters));
}

/** The internal ids of nodes that a query file finds, in records of many: its column `ids`. */
export async function readIds(
  graph: Graph,
  name: string,
  parameters: Record<string, unknown>,
): Promise<bigint[]> {
  const found = await graph.read((tx) => ask<{ ids: unknown[] }>(tx, cypher(name), parameters));
  return found.flatMap(({ ids }) => ids.map((id) => BigInt(String(id))));
}

/** Runs one query file in a write transaction of its own; its first row. */
export async function runOne<T>(
  graph: Graph,
  name: string,
  parameters: Record<string, unknown> = {},
  options: WriteOptions = {},
): Promise<T | undefined> {
  return graph.write(async (tx) => first<T>(await tx.run(cypher(name), parameters)), options);
}
