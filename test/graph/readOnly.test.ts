import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { inspect } from '../../src/graph/inspect.js';
import { proposeConfig } from '../../src/graph/propose.js';
import { parseConfig } from '../../src/settings.js';
import { run, useGraph } from '../_neo4j.js';
import { CONFIG, configOf, NODES, RELATIONSHIPS } from './_films.js';
import { readAll, write } from './_plain.js';

const held = useGraph();

/** Everything of the database, and what a write leaves even after it was undone: new names. */
async function state(): Promise<unknown> {
  const { nodes, relationships } = await readAll(held.graph);
  const names = await Promise.all(
    [
      'CALL db.labels() YIELD label AS name RETURN name ORDER BY name',
      'CALL db.relationshipTypes() YIELD relationshipType AS name RETURN name ORDER BY name',
      'CALL db.propertyKeys() YIELD propertyKey AS name RETURN name ORDER BY name',
      'SHOW INDEXES YIELD name RETURN name ORDER BY name',
      'SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name',
    ].map((text) => run(held.graph, text)),
  );
  return { nodes, relationships, names };
}

/** The graph without its way to write. */
const readOnly = (): Graph => ({
  ...held.graph,
  write: () => {
    throw new Error('a reader writes');
  },
});

describe('reading', () => {
  before(() => write(held.graph, NODES, RELATIONSHIPS));

  it('leaves the graph as it is, names and indexes as well', async () => {
    const before = await state();
    const graph = readOnly();
    const config = configOf({
      ...CONFIG,
      alignments: [...CONFIG.alignments, { match: { 'films.Film.imdb': 'books.Book.imdb' } }],
    });
    for (const hops of [0, 1] as const)
      await readDataset(() => graph, config, { around: { target: 'books', hops } });
    await readDataset(() => graph, config);
    await inspect(graph);
    await proposeConfig(graph);
    assert.deepEqual(await state(), before);
  });

  it('runs in sessions in which the server refuses to write', async () => {
    const before = await state();
    for (const text of [
      'CREATE (:New {fresh: 1})',
      'MATCH (n:Book) SET n.fresh = 1',
      'MATCH (n:Book) DETACH DELETE n',
    ])
      await assert.rejects(
        held.graph.read((tx) => Promise.resolve(tx.run(text))),
        { code: 'Neo.ClientError.Statement.AccessMode' },
      );
    assert.deepEqual(await state(), before);
  });

  it('proposes a configuration that can be read', async () => {
    await run(held.graph, 'CREATE (:$($label))', { label: 'a\\b' });
    const proposed = await proposeConfig(held.graph);
    assert.deepEqual(
      Object.values(proposed.sources)
        .flatMap(({ nodes }) => nodes.map(({ label, key }) => [label, key]))
        .sort(),
      [
        ['Book', 'isbn'],
        ['Film', 'year'],
        ['Loved', 'name'],
        ['Person', 'elementId'],
        ['Place', 'name'],
        ['作品 `x`', 'x\\u0060y'],
      ],
    );
    assert.deepEqual(proposed.alignments, [{ relationship: 'SAME_AS' }]);
    const { dataset } = await readDataset(() => held.graph, parseConfig(proposed, 'proposed'));
    assert.equal(dataset.sources.length, Object.keys(proposed.sources).length);
  });
});
