import assert from 'node:assert/strict';
import type { Graph } from '../../src/graph/connect.js';
import { run } from '../_neo4j.js';

export const EL = { label: 'El', key: 'id' };

/** Names that look like parts of a statement, or hardly like names. */
export const ODD = [
  'two words',
  '日本語',
  'a`b',
  'x\\u0060y',
  "']-(n) DETACH DELETE n //",
  'x`]->() MATCH (m) DETACH DELETE m //',
  '$types',
  '"quoted"',
];

export async function isEmpty(graph: Graph): Promise<void> {
  assert.deepEqual(await run(graph, 'MATCH (n) RETURN count(n) AS nodes'), [{ nodes: 0 }]);
  assert.deepEqual(await run(graph, 'SHOW CONSTRAINTS YIELD name RETURN name'), []);
}

/** The relationships out of nodes of a label, in order. */
export const factsOf = (graph: Graph, label = 'El') =>
  run<{ h: unknown; r: string; t: unknown; p: Record<string, unknown> }>(
    graph,
    `MATCH (h:$($label))-[r]->(t)
     RETURN h.id AS h, type(r) AS r, t.id AS t, properties(r) AS p ORDER BY h, r, t`,
    { label },
  );
