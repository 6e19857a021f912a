import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connect, type Graph } from '../../src/graph/connect.js';
import { packageFolder } from '../../src/graph/cypher.js';
import { inspect } from '../../src/graph/inspect.js';
import { rows } from '../../src/graph/rows.js';
import { connectionOf } from '../../src/settings.js';

/** A connection to the server of the run, or with the same log-in to another address. */
export const openGraph = (uri?: string): Promise<Graph> => {
  const connection = connectionOf({});
  return connect({ ...connection, uri: uri ?? connection.uri });
};

/** The rows of a query of this folder. */
export async function ask<T>(
  graph: Graph,
  name: string,
  parameters: Record<string, unknown> = {},
): Promise<T[]> {
  const text = readFileSync(path.join(packageFolder('bench/faults/cypher'), `${name}.cypher`), 'utf8');
  return graph.write(async (tx) => rows<T>(await tx.run(text, parameters)));
}

/** What the doctor finds amiss in the database, and what is locked still. */
export async function leftovers(graph: Graph): Promise<string[]> {
  const found = (await inspect(graph)).filter(({ ok }) => !ok).map(({ what, found }) => `${what}: ${found}`);
  const [{ held }] = await ask<{ held: number }>(graph, 'locks');
  return Number(held) === 0 ? found : [...found, `${held} leases or locks are held`];
}
