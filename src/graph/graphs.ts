import type { Config } from '../config.js';
import type { Connection } from '../settings.js';
import { connect, type Graph } from './connect.js';

/** Connections to all servers and databases that a config's sources name. */
export interface Graphs {
  /** The common server's. */
  readonly common: Graph;
  /** Each distinct one, the common one included. */
  readonly all: readonly Graph[];
  /** The one of a source. */
  of(source: string): Graph;
  close(): Promise<void>;
}

/**
 * Opens one connection for each distinct server and database of the sources.
 *
 * @throws KgmentorError UNREACHABLE, as `connect`
 * @example
 * const graphs = await openGraphs(config, connectionOf({}));
 * await readDataset(graphs.of, config);
 */
export async function openGraphs(
  config: Pick<Config, 'sources'>,
  connection: Connection,
  options: { retrySeconds?: number } = {},
): Promise<Graphs> {
  const open = new Map<string, Graph>();
  const usual = connection.database ?? 'neo4j';
  const get = async (uri: string, database: string): Promise<Graph> => {
    const key = JSON.stringify([uri, database]);
    const graph = open.get(key) ?? (await connect({ ...connection, ...options, uri, database }));
    open.set(key, graph);
    return graph;
  };
  const close = async () => {
    await Promise.all([...open.values()].map((graph) => graph.close()));
  };
  const bySource = new Map<string, Graph>();
  let common: Graph | undefined;
  try {
    for (const [name, { uri, database }] of Object.entries(config.sources))
      bySource.set(name, await get(uri ?? connection.uri, database ?? usual));
    common = [...open.values()].find((graph) => graph.uri === connection.uri && graph.database === usual);
    common ??= await get(connection.uri, usual);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    common,
    all: [...open.values()],
    of: (source) => bySource.get(source) ?? (common as Graph),
    close,
  };
}
