import { KgmentorError } from '../../src/errors.js';
import { ask, openGraph } from './database.js';

/**
 * The fault tests empty their database: refuses one that holds nodes, for it is somebody's own.
 *
 * @throws KgmentorError USAGE
 */
export async function refuseFull(): Promise<void> {
  const graph = await openGraph();
  try {
    const [{ nodes }] = await ask<{ nodes: number }>(graph, 'nodes');
    if (Number(nodes) > 0)
      throw new KgmentorError(
        'USAGE',
        `The fault tests empty their database, and the one at ${graph.uri} holds ${nodes} nodes.`,
        {
          next: 'Name an empty one in NEO4J_URI or NEO4J_DATABASE, or take NEO4J_URI away: then one is started.',
        },
      );
  } finally {
    await graph.close();
  }
}
