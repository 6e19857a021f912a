import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ConfigInput } from '../../src/config.js';
import { readDataset } from '../../src/graph/dataset.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { useFiles } from './_files.js';
import { BIG, CONFIG, configOf, NODES, RELATIONSHIPS } from './_films.js';
import { linksOf, write } from './_plain.js';

const held = useGraph();
const { pathOf, file } = useFiles();

const read = (input: ConfigInput, options = {}) => readDataset(() => held.graph, configOf(input), options);

describe('alignments', () => {
  const links = async (alignments: ConfigInput['alignments'], options = {}) => {
    const { dataset, report } = await read({ ...CONFIG, alignments }, options);
    return { links: linksOf(dataset), counts: report.links };
  };
  const DUNE2 = '["Film","Dune",2021]';
  beforeEach(async () => {
    await wipe(held.graph);
    await write(held.graph, NODES, RELATIONSHIPS);
  });

  it('come from relationships in either direction, the highest confidence of a pair', async () => {
    const found = await links([{ relationship: 'SAME_AS', confidence: 'sure' }]);
    assert.deepEqual(found.links, [
      ['films', '["Film","Dune",1984]', 'books', '["Book","0-441"]', 0.25],
      ['films', DUNE2, 'books', '["Book","0-441"]', 0.75],
      ['films', '["Film","Ed Wood",1994]', 'books', '["Book","0-312"]', 1],
    ]);
    assert.deepEqual(found.counts, [{ alignment: 'relationship SAME_AS', links: 4, outside: 2 }]);
    const plain = await links([{ relationship: 'SAME_AS' }]);
    assert.deepEqual(
      plain.links.map((row) => row[4]),
      [1, 1, 1],
    );
  });

  it('count a pair once, with the highest confidence, however often it is given', async () => {
    const again = (sure: number, back = false) =>
      run(
        held.graph,
        `MATCH (f:Film {title: 'Dune', year: 1984}), (b:Book {isbn: '0-441'})
         CREATE (${back ? 'b' : 'f'})-[:SAME_AS {sure: ${sure}}]->(${back ? 'f' : 'b'})`,
      );
    const before = await links([{ relationship: 'SAME_AS', confidence: 'sure' }]);
    for (const [sure, back] of [[0.5], [0.875], [0.75], [0.125, true]] as const) await again(sure, back);
    const after = await links([{ relationship: 'SAME_AS', confidence: 'sure' }]);
    const [first, ...others] = before.links;
    assert.deepEqual(after.links, [[...first.slice(0, 4), 0.875], ...others]);
  });

  it('may be those between two sources only', async () => {
    const config: ConfigInput = {
      ...CONFIG,
      sources: { ...CONFIG.sources, places: { nodes: [{ label: 'Place', key: 'name' }] } },
      alignments: [{ relationship: 'SAME_AS', between: ['places', 'films'] }],
    };
    assert.deepEqual(linksOf((await read(config)).dataset), [
      ['films', '["Film","Alien",1979]', 'places', '["Place","Arrakis"]', 1],
    ]);
  });

  it('are refused where a confidence is outside (0, 1] or no number', async () => {
    for (const [value, shown] of [
      ['0', '0'],
      ['1.5', '1.5'],
      ['-1', '-1'],
      ["'0.5'", '"0.5"'],
    ]) {
      await run(held.graph, `MATCH (:Book {isbn: '0-312'})-[r:SAME_AS]->() SET r.sure = ${value}`);
      await assert.rejects(links([{ relationship: 'SAME_AS', confidence: 'sure' }]), {
        code: 'BAD_DATA',
        message: `1 relationships SAME_AS have a sure outside (0, 1], such as ${shown}.`,
      });
    }
  });

  it('come from equal properties; empty ones and integers beyond 2^53 that only look equal join nothing', async () => {
    assert.deepEqual(
      (await links([{ match: { 'films.Film.imdb': 'books.Book.imdb' }, confidence: 0.5 }])).links,
      [
        ['films', '["Film","Alien",1979]', 'books', '["Book","0-441"]', 0.5],
        ['films', '["Film","The Matrix",1999]', 'books', '["Book","0-312"]', 0.5],
      ],
    );
    await run(
      held.graph,
      `MATCH (b:Book) SET b.hero = {\`0-441\`: $near, \`0-679\`: $same, \`0-312\`: 0.0/0.0}[b.isbn]
       WITH count(*) AS _ MATCH (p:Person {id: 7}) SET p.id = 0.0 / 0.0 SET p.id = 8`,
      { near: BIG + 2n, same: BIG },
    );
    assert.deepEqual((await links([{ match: { 'books.Book.hero': 'films.Person.id' } }])).links, [
      ['films', '["Person",{"int":"9007199254740993"}]', 'books', '["Book","0-679"]', 1],
    ]);
  });

  it('tell of which properties no node has a value, as the database knows those of other labels', async () => {
    await run(held.graph, 'MATCH (b:Book) SET b.lists = [b.isbn]');
    const match = {
      'films.Film.imdb': 'books.Book.imdb',
      'films.Film.isbn': 'books.Book.isbn',
      'films.Film.id': 'books.Book.lists',
      'films.Person.id': 'books.Book.lists',
    };
    const { counts } = await links([{ match }]);
    const unset = ['films.Film.isbn', 'films.Film.id', 'books.Book.lists'];
    assert.deepEqual(
      counts.map(({ alignment: _, ...rest }) => rest),
      [{ links: 2, outside: 0, unset }],
    );
  });

  it('leave pairs of sources out that are not read', async () => {
    const match = { 'films.Film.imdb': 'books.Book.imdb' };
    assert.deepEqual(await links([{ match }], { sources: ['films'] }), { links: [], counts: [] });
  });

  it('come from a file, with composite and big keys as programs write them', async () => {
    const text = [
      '0-441\t["Dune", 2021]\t0.5',
      '0-441\t["Dune",1984]\t1e-1',
      '0-679\t["The Matr\\u0069x", 1999]',
      '',
    ].join('\n');
    const at = await file('links.tsv', text);
    assert.deepEqual((await links([{ file: at, between: ['books', 'films'] }])).links, [
      ['films', '["Film","Dune",1984]', 'books', '["Book","0-441"]', 0.1],
      ['films', DUNE2, 'books', '["Book","0-441"]', 0.5],
      ['films', '["Film","The Matrix",1999]', 'books', '["Book","0-679"]', 1],
    ]);
    const people = await file('people.csv', `${BIG},0-441\n"${BIG + 1n}",0-441\n`);
    assert.deepEqual(
      (await links([{ file: people, between: ['films', 'books'], labels: ['Person', 'Book'] }])).links.map(
        (row) => row[1],
      ),
      [`["Person",{"int":"${BIG}"}]`, `["Person",{"int":"${BIG + 1n}"}]`],
    );
  });

  it('come from a file with composite keys that hold integers beyond 2^53', async () => {
    await run(held.graph, 'CREATE (:Big {a: $a, b: $b})', { a: 'x y', b: BIG });
    const config: ConfigInput = {
      sources: {
        big: { nodes: [{ label: 'Big', key: ['a', 'b'] }] },
        books: CONFIG.sources.books,
      },
      alignments: [{ file: await file('big.tsv', `["x y", ${BIG}]\t0-441\n`), between: ['big', 'books'] }],
    };
    assert.equal(linksOf((await read(config)).dataset).length, 1);
  });

  it('have keys of a file that no node has counted, named with file and line', async () => {
    const at = await file(
      'links.tsv',
      '0-441\t["Dune", 2021]\n0-442\t["Dune", 2021]\n0-441\t["Dune", 2022]\n',
    );
    await assert.rejects(links([{ file: at, between: ['books', 'films'] }]), {
      code: 'BAD_DATA',
      message:
        /^2 links of .*links\.tsv name a key.*links\.tsv:2 \(0-442\), links\.tsv:3 \(\["Dune", 2022\]\)\.$/,
    });
  });

  it('have bad lines of a file named', async () => {
    for (const [text, message] of [
      ['0-441\t["Dune", 2021]\n0-441\n', /^links\.tsv:2: 1 column, 2 or 3 expected/],
      ['0-441\t["Dune", 2021]\t1\tx\n', /^links\.tsv:1: 4 columns/],
      ['0-441\t["Dune", 2021]\t1.01\n', /^links\.tsv:1: the confidence "1\.01"/],
      ['0-441\t["Dune", 2021]\t\n', /^links\.tsv:1: the confidence ""/],
    ] as const)
      await assert.rejects(links([{ file: await file('links.tsv', text), between: ['books', 'films'] }]), {
        code: 'BAD_DATA',
        message,
      });
    await assert.rejects(links([{ file: pathOf('none.tsv'), between: ['books', 'films'] }]), {
      code: 'NO_DATA',
      message: /none\.tsv/,
    });
    await assert.rejects(
      links([{ file: await file('l.tsv', ''), between: ['books', 'films'], labels: ['Bok', 'Film'] }]),
      { code: 'USAGE', message: /no label "Bok"/ },
    );
  });
});
