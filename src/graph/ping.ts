import type { Graph } from './connect.js';
import { cypher } from './cypher.js';

/**
 * Asks the server something small, as `Graph.read` does: again and again while it is away.
 *
 * @throws KgmentorError UNREACHABLE
 */
export async function ping(graph: Graph): Promise<void> {
  await graph.read((tx) => tx.run(cypher('read-server')));
}
