import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { importEntities } from '../../src/graph/import.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { useFiles } from './_files.js';
import { EL, isEmpty, ODD } from './_imported.js';

const held = useGraph();
const { file } = useFiles();
beforeEach(() => wipe(held.graph));

describe('import of entities', () => {
  const MOVIE = { label: 'Movie', key: 'id' };
  const movies = () =>
    run<{ p: Record<string, unknown> }>(
      held.graph,
      'MATCH (m:Movie) RETURN properties(m) AS p ORDER BY m.id',
    ).then((found) => found.map((row) => row.p));

  it('refuses a file whose columns are separated by something else', async () => {
    const csv = await file('semicolons.csv', 'id;name\n1;One\n');
    await assert.rejects(importEntities(held.graph, { source: 'el', nodes: EL, file: csv, header: true }), {
      code: 'BAD_DATA',
      message: /semicolons\.csv:1: one column, columns separated by commas/,
    });
    await isEmpty(held.graph);
  });

  it('takes property names from the header; empty cells leave a property as it is', async () => {
    const csv = await file('m.csv', 'id,title,year\nm1,"Alien, 1979",1979\nm2,,\n');
    const input = { source: 'movies', nodes: MOVIE, file: csv, types: { year: 'integer' } } as const;
    const first = await importEntities(held.graph, input);
    assert.deepEqual([first.nodesCreated, first.unchanged, first.changed], [2, 0, 0]);
    const wanted = [{ id: 'm1', title: 'Alien, 1979', year: 1979 }, { id: 'm2' }];
    assert.deepEqual(await movies(), wanted);
    const second = await importEntities(held.graph, input);
    assert.deepEqual([second.nodesCreated, second.unchanged, second.changed], [0, 2, 0]);
    await importEntities(held.graph, { ...input, file: await file('n.csv', 'id,title,year\nm1,,1980\n') });
    assert.deepEqual(await movies(), [{ id: 'm1', title: 'Alien, 1979', year: 1980 }, wanted[1]]);
  });

  it('counts nodes that got another value', async () => {
    await run(held.graph, "CREATE (:Movie {id: 'm1', title: 'old', own: 1})");
    const { nodesCreated, changed, unchanged } = await importEntities(held.graph, {
      source: 'movies',
      nodes: MOVIE,
      properties: ['title'],
      rows: [
        ['m1', 'new'],
        ['m2', 'x'],
      ],
    });
    assert.deepEqual([nodesCreated, changed, unchanged], [1, 1, 0]);
    assert.deepEqual(await movies(), [
      { id: 'm1', title: 'new', own: 1 },
      { id: 'm2', title: 'x' },
    ]);
  });

  it('keeps odd property names', async () => {
    await importEntities(held.graph, {
      source: 'odd',
      nodes: MOVIE,
      properties: ODD,
      rows: [['m1', ...ODD]],
    });
    assert.deepEqual(await movies(), [{ id: 'm1', ...Object.fromEntries(ODD.map((n) => [n, n])) }]);
  });

  it('refuses a key that stands twice however far apart, with nothing written', async () => {
    const input = {
      source: 'm',
      nodes: MOVIE,
      file: await file('m.csv', 'id,t\nm1,a\nm2,b\nm3,c\nm4,d\nm1,e\n'),
    };
    await assert.rejects(importEntities(held.graph, input, { chunk: 2 }), {
      code: 'BAD_DATA',
      message: /m\.csv:6: the key "m1" of an earlier line again/,
    });
    assert.deepEqual(await movies(), []);
  });

  const malformed: [string, string, RegExp][] = [
    ['a key that stands twice', 'id,t\nm1,a\nm2,b\nm1,c\n', /m\.csv:4: the key "m1" of m\.csv:2 again/],
    ['an empty key', 'id,t\n,a\n', /m\.csv:2: an empty key/],
    ['a missing column', 'id,t\nm1,a\nm2\n', /m\.csv:3: 1 column,/],
    ['a number that is none', 'id,year\nm1,1\nm2,199x\n', /m\.csv:3: year is "199x"/],
    ['two columns of one name', 'id,t,t\nm1,a,b\n', /m\.csv:1: the column name "t"/],
    ['a column of the key’s name', 'name,id\nm1,x\n', /m\.csv:1: the column name "id"/],
    ['a column name with NUL', 'id,a\0b\nm1,x\n', /m\.csv:1: the column name "a\\u0000b"/],
  ];
  for (const [what, text, message] of malformed) {
    it(`names file and line of ${what}, and has written nothing`, async () => {
      const input = {
        source: 'm',
        nodes: MOVIE,
        file: await file('m.csv', text),
        types: { year: 'integer' },
      } as const;
      await assert.rejects(importEntities(held.graph, input, { batch: 1 }), { code: 'BAD_DATA', message });
      await isEmpty(held.graph);
    });
  }
});
