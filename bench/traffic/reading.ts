import type { Config } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { cypher, withNames } from '../../src/graph/cypher.js';
import { readDataset } from '../../src/graph/dataset.js';
import { newName } from '../../src/graph/names.js';
import { keyProperties } from '../../src/graph/readEntities.js';
import { nodesOf, typeFilter } from '../../src/graph/readTriples.js';
import { readWindows } from '../../src/graph/readWindows.js';
import { checkedName, readSchema } from '../../src/graph/schema.js';
import { drain, readAll } from './bare.js';
import { fastest, type Paired, pairedTurns } from './turns.js';

/** Sessions with which the bare driver is tried; a whole reading has up to nine. */
const SESSIONS = [1, 2, 3, 5, 7, 9];

export interface Reading extends Paired {
  readonly triples: number;
  /** With which the bare driver is fastest. */
  readonly sessions: number;
}

/** Reading all sources as pre-training does, and the same queries by the bare driver at its fastest, its records dropped. */
export async function benchReading(graph: Graph, config: Config, turns: number): Promise<Reading> {
  const first = await readDataset(() => graph, config);
  const schema = await readSchema(graph);
  const queries = Object.entries(config.sources).flatMap(([name, source]) => {
    const filter = typeFilter(source, ['SAME_AS'], schema);
    const { windows } = readWindows(...nodesOf({ ids: first.ids[name], degrees: first.degrees[name] }));
    const [node] = source.nodes;
    const text = withNames(cypher('read-entities'), { LABEL: newName('label', node.label) });
    const entities = { properties: keyProperties(node), earlier: [], name: null };
    return [
      () => drain(graph, text, entities, 'ids').then(() => 0),
      ...windows.map((ids) => () => drain(graph, cypher('read-out'), { ...filter, ids }, 'tails')),
    ];
  });
  const links = withNames(cypher('read-links'), {
    TYPE: checkedName(schema, 'relationship type', 'SAME_AS'),
  });
  queries.push(() => drain(graph, links, { confidence: null }, 'left').then(() => 0));
  const sessions = await fastest(SESSIONS, (many) => readAll(queries, many));
  const triples = await readAll(queries, sessions);
  const paired = await pairedTurns(
    turns,
    () => readDataset(() => graph, config),
    () => readAll(queries, sessions),
  );
  return { ...paired, triples, sessions };
}
