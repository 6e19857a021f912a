import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ConfigInput } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { datasetDigest } from '../../src/kg/digest.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { CONFIG, configOf, ESCAPE, NODES, RELATIONSHIPS } from './_films.js';
import { choose, isCanonical, linksOf, readAll, triplesOf, write } from './_plain.js';

const held = useGraph();
beforeEach(() => wipe(held.graph));

const read = (input: ConfigInput, options = {}) => readDataset(() => held.graph, configOf(input), options);

describe('reading a natural graph', () => {
  it('equals a plain reading, with odd names, several labels, self-loops, repeats and big integers', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset, report } = await read(CONFIG);
    const plain = choose(await readAll(held.graph), configOf(CONFIG));
    assert.deepEqual(
      dataset.sources.map(({ name }) => name),
      ['films', 'books'],
    );
    for (const [s, { entities, triples }] of dataset.sources.entries()) {
      assert.deepEqual(entities.keys, plain[s].keys);
      assert.deepEqual(triplesOf(dataset, s), plain[s].triples);
      assert.ok(isCanonical(triples));
      for (const [i, key] of entities.keys.entries())
        assert.equal(entities.labels[entities.label[i]], JSON.parse(key)[0]);
    }
    assert.deepEqual(dataset.relations, [...dataset.relations].sort());
    assert.deepEqual(
      [...new Set(plain.flatMap(({ triples }) => triples.map((t) => JSON.parse(t)[1])))].sort(),
      dataset.relations,
    );
    assert.equal(
      report.duplicates,
      plain.reduce((sum, { duplicates }) => sum + duplicates, 0),
    );
    assert.deepEqual(
      report.sources,
      plain.map(({ name, keys, triples }) => ({
        source: name,
        entities: keys.length,
        triples: triples.length,
        relations: new Set(triples.map((t) => JSON.parse(t)[1])).size,
      })),
    );
    for (const [s, { name, cross }] of plain.entries())
      assert.deepEqual(
        Object.fromEntries(
          report.cross.filter((c) => c.from === name).map((c) => [`${c.type} → ${c.to}`, c.count]),
        ),
        plain[s].cross,
        JSON.stringify(cross),
      );
  });

  it('is the same where each transaction is tried twice', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const graph: Graph = {
      ...held.graph,
      read: (work, options) =>
        held.graph.read(async (tx) => {
          await work(tx);
          return work(tx);
        }, options),
    };
    const once = await read(CONFIG);
    const twice = await readDataset(() => graph, configOf(CONFIG));
    assert.deepEqual(twice, once);
  });

  it('reads these very facts', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset, report } = await read(CONFIG, { names: true });
    const [films, books] = dataset.sources;
    assert.ok(films.entities.keys.includes('["Film","Ed Wood",1994]'));
    assert.ok(films.entities.keys.includes('["Person",{"int":"9007199254740993"}]'));
    assert.ok(films.entities.keys.includes('["Person",{"int":"9007199254740994"}]'));
    assert.ok(films.entities.keys.includes('["Person",{"int":"-9223372036854775808"}]'));
    assert.ok(films.entities.keys.includes('["作品 `x`",true]'));
    assert.equal(films.entities.names?.[films.entities.keys.indexOf('["Person",7]')], 'Paul');
    assert.equal(films.entities.names?.[films.entities.keys.indexOf('["Film","Alien",1979]')], null);
    assert.equal(books.entities.names, undefined);
    const [unnamed] = (await read(CONFIG)).dataset.sources;
    const { names: _, ...others } = films.entities;
    assert.deepEqual(unnamed.entities, others);
    assert.deepEqual(dataset.relations, [
      'ACTS_IN',
      'LIKE',
      '__proto__',
      'constructor',
      'escaped `name`',
      'knows',
    ]);
    assert.deepEqual(triplesOf(dataset, 1), [
      '["[\\"Book\\",\\"0-312\\"]","LIKE","[\\"Book\\",\\"0-679\\"]"]',
      '["[\\"Book\\",\\"0-679\\"]","LIKE","[\\"Book\\",\\"0-441\\"]"]',
    ]);
    assert.deepEqual(report.cross, [
      { from: 'films', to: 'books', type: 'BASED_ON', count: 3 },
      { from: 'films', to: null, type: 'LIVES_IN', count: 1 },
      { from: 'books', to: null, type: 'LIVES_IN', count: 1 },
    ]);
    assert.equal(report.duplicates, 2);
  });

  it('gives the same dataset after the same graph was imported in another order', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const first = await read(CONFIG);
    await wipe(held.graph);
    // Other internal ids: nodes of nothing in between, everything backwards, labels turned.
    await run(held.graph, 'UNWIND range(1, 40) AS i CREATE (:Filler)');
    await write(
      held.graph,
      NODES.toReversed().map((node) => ({ ...node, labels: node.labels.toReversed() })),
      RELATIONSHIPS.toReversed(),
    );
    const second = await read(CONFIG);
    assert.deepEqual([second.dataset, second.report], [first.dataset, first.report]);
    assert.equal(datasetDigest(second.dataset), datasetDigest(first.dataset));
    await run(held.graph, 'MATCH (:Book {isbn: "0-312"})-[r:LIKE]->() DELETE r');
    assert.notEqual(datasetDigest((await read(CONFIG)).dataset), datasetDigest(first.dataset));
  });

  it('reads only included types, with the excluded ones left out of these', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const config: ConfigInput = {
      ...CONFIG,
      sources: {
        ...CONFIG.sources,
        films: {
          ...CONFIG.sources.films,
          relations: { include: [ESCAPE, 'constructor', 'hidden', 'SAME_AS'], exclude: ['hidden'] },
        },
      },
    };
    const { dataset } = await read(config);
    const plain = choose(await readAll(held.graph), configOf(config));
    assert.deepEqual(triplesOf(dataset, 0), plain[0].triples);
    assert.deepEqual(dataset.relations, ['LIKE', 'constructor', ESCAPE]);
  });

  it('tells an excluded type that the database does not have, with the nearest one', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { films, ...others } = CONFIG.sources;
    const { report } = await read({
      ...CONFIG,
      sources: { ...others, films: { ...films, relations: { exclude: ['hiden', 'hidden'] } } },
    });
    assert.deepEqual(report.excludedInVain, [{ source: 'films', type: 'hiden', near: ['hidden'] }]);
  });

  it('takes element ids as keys', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const config: ConfigInput = {
      sources: {
        places: {
          nodes: [
            { label: 'Place', key: 'elementId' },
            { label: 'Person', key: 'elementId' },
          ],
        },
      },
    };
    const { dataset } = await read(config);
    const plain = choose(await readAll(held.graph), configOf(config));
    assert.deepEqual(dataset.sources[0].entities.keys, plain[0].keys);
    assert.deepEqual(triplesOf(dataset, 0), plain[0].triples);
    assert.equal(dataset.sources[0].triples.head.length, 5);
  });

  it('reads chosen sources only, and leaves the alignments of others out', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset, report } = await read(CONFIG, { sources: ['books', 'books'] });
    assert.deepEqual(
      dataset.sources.map(({ name }) => name),
      ['books'],
    );
    assert.deepEqual(linksOf(dataset), []);
    assert.deepEqual(report.cross, [{ from: 'books', to: null, type: 'LIVES_IN', count: 1 }]);
  });

  it('reads sources that need several records and windows', async () => {
    await run(
      held.graph,
      `UNWIND range(0, 10500) AS i CREATE (n:Many {id: i})
       WITH collect(n) AS nodes
       UNWIND range(0, size(nodes) - 1) AS i
       WITH nodes, nodes[i] AS a, nodes[(i * 7 + 1) % size(nodes)] AS b, i
       FOREACH (_ IN CASE i % 2 WHEN 0 THEN [1] ELSE [] END | CREATE (a)-[:even]->(b))
       FOREACH (_ IN CASE i % 2 WHEN 1 THEN [1] ELSE [] END | CREATE (a)-[:odd]->(b))`,
    );
    const config: ConfigInput = { sources: { many: { nodes: [{ label: 'Many', key: 'id' }] } } };
    const { dataset } = await read(config);
    const [{ keys, triples }] = choose(await readAll(held.graph), configOf(config));
    assert.equal(dataset.sources[0].triples.head.length, 10501);
    assert.deepEqual(dataset.sources[0].entities.keys, keys);
    assert.deepEqual(triplesOf(dataset, 0), triples);
  });

  it('tells what it read', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const events: unknown[] = [];
    const { report } = await read(CONFIG, { onEvent: (event: unknown) => events.push(event) });
    assert.deepEqual(
      events,
      report.sources.map((counts) => ({ type: 'read', ...counts })),
    );
  });
});
