import { after, before } from 'node:test';
import { connect, type Graph } from '../src/graph/connect.js';
import { rows } from '../src/graph/rows.js';

/** The test server's address; the test runner starts one and says where. */
export function serverUri(): string {
  const uri = process.env.NEO4J_URI;
  if (!uri) throw new Error('NEO4J_URI is not set: run the tests with `npm test`.');
  return uri;
}

/** A connection to the test server, whose database is emptied before the file's first test. */
export function useGraph(): { readonly graph: Graph } {
  const held = {} as { graph: Graph };
  before(async () => {
    held.graph = await connect({
      uri: serverUri(),
      username: process.env.NEO4J_USERNAME,
      password: process.env.NEO4J_PASSWORD,
      database: process.env.NEO4J_DATABASE,
    });
    await wipe(held.graph);
  });
  after(() => held.graph?.close());
  return held;
}

/** Removes all nodes, constraints and indexes of the test database. */
export async function wipe(graph: Graph): Promise<void> {
  const session = graph.driver.session({ database: graph.database });
  try {
    await session.run('MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS');
    for (const [kind, kinds] of [
      ['CONSTRAINT', 'CONSTRAINTS'],
      ['INDEX', 'INDEXES'],
    ]) {
      const shown = rows<{ name: string; type: string }>(
        await session.run(`SHOW ${kinds} YIELD name, type RETURN name, type`),
      );
      for (const { name, type } of shown)
        if (type !== 'LOOKUP') await session.run(`DROP ${kind} $name IF EXISTS`, { name });
    }
  } finally {
    await session.close();
  }
}

/** Runs one statement of a test; its rows. */
export async function run<T>(
  graph: Graph,
  text: string,
  parameters: Record<string, unknown> = {},
): Promise<T[]> {
  return graph.write(async (tx) => rows<T>(await tx.run(text, parameters)));
}
