import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { importAlignments, importEntities, importTriples } from '../../src/graph/import.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { useFiles } from './_files.js';

const EL = { label: 'El', key: 'id' };
const ODD = [
  'two words',
  '日本語',
  'a`b',
  'x\\u0060y',
  "']-(n) DETACH DELETE n //",
  'x`]->() MATCH (m) DETACH DELETE m //',
  '$types',
  '"quoted"',
];

const held = useGraph();
const { pathOf, file } = useFiles();
beforeEach(() => wipe(held.graph));

const triples = (label = 'El') =>
  run<{ h: unknown; r: string; t: unknown; p: Record<string, unknown> }>(
    held.graph,
    `MATCH (h:$($label))-[r]->(t)
     RETURN h.id AS h, type(r) AS r, t.id AS t, properties(r) AS p ORDER BY h, r, t`,
    { label },
  );

async function isEmpty(): Promise<void> {
  assert.deepEqual(await run(held.graph, 'MATCH (n) RETURN count(n) AS nodes'), [{ nodes: 0 }]);
  assert.deepEqual(await run(held.graph, 'SHOW CONSTRAINTS YIELD name RETURN name'), []);
}

describe('an import that would double what is there', () => {
  it('is refused where the label has integer keys and text comes, or text and integers come', async () => {
    await run(held.graph, 'CREATE (:El {id: 3}), (:Text {id: "3"})');
    const rows = [['3', 'r', '4']];
    const refused = (nodes: object, next: RegExp) =>
      assert.rejects(
        importTriples(held.graph, { source: 'el', nodes: { label: 'El', key: 'id', ...nodes }, rows }),
        { code: 'USAGE', message: /such as "?3"?, but/, next },
      );
    await refused({}, /with --integer-keys/);
    await refused({ label: 'Text', keyType: 'integer' }, /without --integer-keys/);
    assert.deepEqual(await run(held.graph, 'MATCH (n) RETURN count(n) AS nodes'), [{ nodes: 2 }]);
    assert.deepEqual(await run(held.graph, 'SHOW CONSTRAINTS YIELD name RETURN name'), []);
    await importTriples(held.graph, { source: 'el', nodes: { ...EL, keyType: 'integer' }, rows });
    assert.deepEqual(await triples(), [{ h: 3, r: 'r', t: 4, p: {} }]);
  });
});

describe('import of triples', () => {
  it('reads TSV without quoting, skips empty lines and repeats, and makes the key unique', async () => {
    const tsv = await file('a.tsv', 'a\tknows\tb\r\n\na\tknows\tb\nb\tsays\t"c"\n');
    const result = await importTriples(held.graph, { source: 'el', nodes: EL, file: tsv });
    const { seconds, ...counts } = result;
    assert.ok(seconds > 0);
    assert.deepEqual(counts, {
      nodesCreated: 3,
      relationshipsCreated: 2,
      unchanged: 0,
      changed: 0,
      lines: 3,
      duplicates: 1,
      missing: 0,
      resumedAfter: 0,
      constraintsCreated: ['El.id is unique'],
    });
    assert.deepEqual(await triples(), [
      { h: 'a', r: 'knows', t: 'b', p: {} },
      { h: 'b', r: 'says', t: '"c"', p: {} },
    ]);
  });

  it('changes nothing when the same rows come again', async () => {
    const input = { source: 'el', nodes: EL, file: await file('a.tsv', 'a\tr\tb\nb\tr\tc\n') };
    await importTriples(held.graph, input);
    const before = await triples();
    const { nodesCreated, relationshipsCreated, unchanged, changed, constraintsCreated } =
      await importTriples(held.graph, input);
    assert.deepEqual([nodesCreated, relationshipsCreated, unchanged, changed], [0, 0, 2, 0]);
    assert.deepEqual(constraintsCreated, []);
    assert.deepEqual(await triples(), before);
  });

  it('reads CSV with a header, quotes, a byte order mark and line breaks in cells', async () => {
    const csv = await file('a.csv', '\uFEFFhead,rel,tail\n"a, b",r,"c\nd"\n"say ""hi""",r,日本\n');
    await importTriples(held.graph, { source: 'el', nodes: EL, file: csv, header: true });
    assert.deepEqual(await triples(), [
      { h: 'a, b', r: 'r', t: 'c\nd', p: {} },
      { h: 'say "hi"', r: 'r', t: '日本', p: {} },
    ]);
  });

  it('refuses names of columns that would be a fact, in the first line and behind', async () => {
    const csv = await file('names.csv', 'Head,rel,Tail\na,r,b\nsource_id,type,target_id\n');
    const take = (header: boolean) =>
      importTriples(held.graph, { source: 'el', nodes: EL, file: csv, header });
    await assert.rejects(take(false), {
      code: 'BAD_DATA',
      message: /names\.csv:1: Head, rel, Tail are names of columns/,
      next: /--header/,
    });
    await assert.rejects(take(true), {
      code: 'BAD_DATA',
      message: /names\.csv:3: source_id, type, target_id/,
    });
    await isEmpty();
  });

  it('reads gzip, and refuses it damaged', async () => {
    const packed = gzipSync('a\tr\tb\n');
    await importTriples(held.graph, { source: 'el', nodes: EL, file: await file('a.tsv.gz', packed) });
    assert.equal((await triples()).length, 1);
    const cut = await file('b.tsv.gz', packed.subarray(0, packed.length - 9));
    await assert.rejects(importTriples(held.graph, { source: 'el', nodes: EL, file: cut }), {
      code: 'BAD_DATA',
      message: /b\.tsv\.gz/,
    });
  });

  it('writes properties with types, and counts what they changed', async () => {
    const input = {
      source: 'el',
      nodes: EL,
      properties: ['since', 'sure'],
      types: { since: 'integer', sure: 'boolean' },
    } as const;
    await importTriples(held.graph, {
      ...input,
      rows: [
        ['a', 'r', 'b', '1999', 'true'],
        ['a', 'r', 'c', '', ''],
      ],
    });
    assert.deepEqual(await triples(), [
      { h: 'a', r: 'r', t: 'b', p: { since: 1999, sure: true } },
      { h: 'a', r: 'r', t: 'c', p: {} },
    ]);
    const again = await importTriples(held.graph, {
      ...input,
      rows: [
        ['a', 'r', 'b', '2000', 'true'],
        ['a', 'r', 'c', '', ''],
      ],
    });
    assert.deepEqual([again.relationshipsCreated, again.changed, again.unchanged], [0, 1, 1]);
    assert.deepEqual((await triples())[0].p, { since: 2000, sure: true });
  });

  it('takes integer keys beyond 2^53 and tails of another label', async () => {
    await importTriples(held.graph, {
      source: 'el',
      nodes: { label: 'El', key: 'id', keyType: 'integer' },
      tails: { label: 'Year', key: 'id' },
      rows: [
        ['9007199254740993', 'in', '1999'],
        ['1', 'in', '1999'],
      ],
    });
    assert.deepEqual(
      await run(
        held.graph,
        'MATCH (e:El)-[:in]->(y:Year) RETURN toString(e.id) AS id, y.id AS year ORDER BY e.id',
      ),
      [
        { id: '1', year: '1999' },
        { id: '9007199254740993', year: '1999' },
      ],
    );
  });

  it('writes all rows of several batches, in the progress it tells', async () => {
    const rows = Array.from({ length: 95 }, (_, i) => [`n${i}`, `r${i % 3}`, `n${(i * 7) % 95}`]);
    const seen: string[] = [];
    const { nodesCreated, relationshipsCreated } = await importTriples(
      held.graph,
      { source: 'el', nodes: EL, rows },
      { batch: 10, onProgress: ({ stage, done, total }) => seen.push(`${stage} ${done}/${total}`) },
    );
    assert.deepEqual([nodesCreated, relationshipsCreated], [95, 95]);
    assert.equal(seen.at(-1), 'relationships 95/95');
    assert.ok(seen.includes('nodes 95/95'));
  });

  it('ends where a stop is asked for, and another one does the rest', async () => {
    const rows = Array.from({ length: 95 }, (_, i) => [`n${i}`, 'r', `n${i + 1}`]);
    const input = { source: 'el', nodes: EL, rows };
    const stop = new AbortController();
    const onProgress = ({ stage }: { stage: string }) => stage === 'relationships' && stop.abort();
    await assert.rejects(importTriples(held.graph, input, { batch: 10, onProgress, signal: stop.signal }), {
      code: 'INTERRUPTED',
      next: /again/,
    });
    const { nodesCreated, relationshipsCreated } = await importTriples(held.graph, input);
    assert.equal(nodesCreated, 0);
    assert.ok(relationshipsCreated >= 60 && relationshipsCreated < 95, `${relationshipsCreated}`);
  });

  it('is about as fast into an empty database as into a full one', async () => {
    const rows = Array.from({ length: 6000 }, (_, i) => [`n${i % 2999}`, 'r', `n${(i * 7919) % 3001}`]);
    const into = (label: string) =>
      importTriples(held.graph, { source: label, nodes: { label, key: 'id' }, rows });
    const empty = await into('First');
    const full = await into('Second');
    assert.deepEqual([empty.relationshipsCreated, full.relationshipsCreated], [6000, 6000]);
    assert.ok(empty.seconds < 4 + 3 * full.seconds, `${empty.seconds} s, then ${full.seconds} s`);
  });

  it('writes nothing in a dry run', async () => {
    const result = await importTriples(
      held.graph,
      { source: 'el', nodes: EL, rows: [['a', 'r', 'b']] },
      { dryRun: true },
    );
    assert.equal(result.lines, 1);
    await isEmpty();
  });

  const malformed: [string, string, string, RegExp][] = [
    ['a line with too few columns', 'a.tsv', 'a\tr\tb\n\na\tr\n', /a\.tsv:3: 2 columns/],
    ['a line with too many columns', 'a.tsv', 'a\tr\tb\na\tr\tb\t0.5\tx\n', /a\.tsv:2: 5 columns/],
    ['an empty cell', 'a.tsv', 'a\tr\tb\n\tr\tb\n', /a\.tsv:2: an empty cell/],
    ['a relation with NUL', 'a.tsv', 'a\tr\tb\na\tr\0\tb\n', /a\.tsv:2: a relation with a NUL/],
    ['a confidence above 1', 'a.tsv', 'a\tr\tb\t1\na\tr\tc\t1.5\n', /a\.tsv:2: confidence is "1\.5"/],
    ['a quote that stays open', 'a.csv', 'a,r,b\na,r,"b\n', /a\.csv:\d+ or a line after it/],
  ];
  for (const [what, name, text, message] of malformed) {
    it(`names file and line of ${what}, and has written nothing`, async () => {
      const input = { source: 'el', nodes: EL, file: await file(name, text) };
      await assert.rejects(importTriples(held.graph, input, { batch: 1 }), { code: 'BAD_DATA', message });
      await isEmpty();
    });
  }

  it('refuses bytes that are no UTF-8, a missing file and an empty one', async () => {
    const bytes = await file('a.tsv', Buffer.from([0x61, 0x09, 0xff, 0x09, 0x62, 0x0a]));
    const read = (at: string) => importTriples(held.graph, { source: 'el', nodes: EL, file: at });
    await assert.rejects(read(bytes), { code: 'BAD_DATA', message: /not UTF-8/ });
    await assert.rejects(read(pathOf('none.tsv')), { code: 'NO_DATA', message: /none\.tsv/ });
    await assert.rejects(read(await file('b.tsv', '\n')), { code: 'NO_DATA' });
    await isEmpty();
  });

  it('keeps odd names as they are: relation types, key values, labels and key properties', async () => {
    await importTriples(held.graph, {
      source: 'odd',
      nodes: EL,
      rows: ODD.map((name) => [name, name, `${name}!`]),
    });
    assert.deepEqual(
      (await triples()).map(({ h, r, t }) => [h, r, t]).sort(),
      ODD.map((name) => [name, name, `${name}!`]).sort(),
    );
    for (const name of ODD.filter((n) => !n.includes('\\'))) {
      await importTriples(held.graph, {
        source: 'odd',
        nodes: { label: name, key: name },
        rows: [['a', 'r', 'b']],
      });
      assert.deepEqual(
        await run(held.graph, 'MATCH (n:$($name)) RETURN n[$name] AS id ORDER BY id', { name }),
        [{ id: 'a' }, { id: 'b' }],
      );
    }
  });

  it('refuses labels and keys with a backslash or NUL, which a statement cannot quote safely', async () => {
    for (const bad of ['x\\u0060y', 'a\0b', '']) {
      for (const nodes of [
        { label: bad, key: 'id' },
        { label: 'El', key: bad },
      ]) {
        const input = { source: 'el', rows: [['a', 'r', 'b']] };
        for (const ends of [{ nodes }, { nodes: EL, tails: nodes }])
          await assert.rejects(importTriples(held.graph, { ...input, ...ends }), { code: 'USAGE' });
      }
    }
    await isEmpty();
  });

  it('refuses a key that two nodes share already, and says which', async () => {
    await run(held.graph, "CREATE (:El {id: 'twin'}), (:El {id: 'twin'})");
    await assert.rejects(importTriples(held.graph, { source: 'el', nodes: EL, rows: [['a', 'r', 'b']] }), {
      code: 'BAD_DATA',
      message: /id is not unique among the El nodes.*twin/s,
    });
    assert.deepEqual(await run(held.graph, 'MATCH (n) RETURN count(n) AS nodes'), [{ nodes: 2 }]);
  });

  it('goes along with an index that the user has on the key', async () => {
    await run(held.graph, 'CREATE INDEX mine FOR (n:El) ON (n.id)');
    const again = () => importTriples(held.graph, { source: 'el', nodes: EL, rows: [['a', 'r', 'b']] });
    assert.deepEqual((await again()).constraintsCreated, []);
    assert.equal((await again()).nodesCreated, 0);
  });
});

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
    await isEmpty();
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
      await isEmpty();
    });
  }
});

describe('import of alignments', () => {
  const EN = { label: 'En', key: 'id' };
  beforeEach(async () => {
    await run(held.graph, `UNWIND range(1, 5) AS i CREATE (:El {id: 'el' + i}), (:En {id: 'en' + i})`);
  });

  it('links nodes with a confidence where the file has one', async () => {
    const tsv = await file('links.tsv', 'el1\ten1\nel2\ten2\t0.25\n');
    const input = { left: EL, right: EN, file: tsv };
    const first = await importAlignments(held.graph, input);
    assert.deepEqual([first.nodesCreated, first.relationshipsCreated], [0, 2]);
    const wanted = [
      { h: 'el1', r: 'SAME_AS', t: 'en1', p: {} },
      { h: 'el2', r: 'SAME_AS', t: 'en2', p: { confidence: 0.25 } },
    ];
    assert.deepEqual(await triples(), wanted);
    const second = await importAlignments(held.graph, input);
    assert.deepEqual([second.relationshipsCreated, second.unchanged, second.changed], [0, 2, 0]);
    assert.deepEqual(await triples(), wanted);
  });

  it('takes another type and property for them', async () => {
    await importAlignments(held.graph, {
      left: EL,
      right: EN,
      relationship: 'same thing `as`',
      confidence: 'p value',
      rows: [['el1', 'en1', 0.5]],
    });
    assert.deepEqual(await triples(), [{ h: 'el1', r: 'same thing `as`', t: 'en1', p: { 'p value': 0.5 } }]);
  });

  it('refuses ids without a node, with their count, first lines and nothing written', async () => {
    const tsv = await file('links.tsv', 'el1\ten1\nx1\ten2\nel3\ten3\nx2\ten4\nx3\ten4\nx4\ten5\nx1\ten1\n');
    await assert.rejects(importAlignments(held.graph, { left: EL, right: EN, file: tsv }), {
      code: 'BAD_DATA',
      message: /^4 ids have no El node.*links\.tsv:2 "x1", links\.tsv:4 "x2", links\.tsv:5 "x3"\.$/,
    });
    const right = await file('right.tsv', 'el1\tnone\n');
    await assert.rejects(
      importAlignments(held.graph, { left: EL, right: EN, file: right }, { dryRun: true }),
      {
        code: 'BAD_DATA',
        message: /^1 id has no En node.*right\.tsv:1 "none"/,
      },
    );
    assert.deepEqual(await triples(), []);
  });

  it('leaves links without a node out where that is asked for, and counts them', async () => {
    const links = await file('links.tsv', 'el1\ten1\nx1\ten2\nel3\ten3\nel2\tx4\nx5\tx6\n');
    const input = { left: EL, right: EN, file: links, skipMissing: true };
    const tried = await importAlignments(held.graph, input, { dryRun: true, chunk: 2 });
    assert.deepEqual([tried.missing, tried.relationshipsCreated], [3, 0]);
    for (const created of [2, 0]) {
      const result = await importAlignments(held.graph, input, { chunk: 2 });
      const { missing, relationshipsCreated, unchanged } = result;
      assert.deepEqual([missing, relationshipsCreated, unchanged], [3, created, 2 - created]);
    }
    assert.deepEqual(
      (await triples()).map(({ h, t }) => [h, t]),
      [
        ['el1', 'en1'],
        ['el3', 'en3'],
      ],
    );
  });

  it('refuses a confidence of 0 and a line without two ids', async () => {
    for (const [text, message] of [
      ['el1\ten1\t0\n', /links\.tsv:1: confidence is "0"/],
      ['el1\ten1\nel2\n', /links\.tsv:2: 1 column,/],
    ] as const) {
      const input = { left: EL, right: EN, file: await file('links.tsv', text) };
      await assert.rejects(importAlignments(held.graph, input), { code: 'BAD_DATA', message });
    }
    assert.deepEqual(await triples(), []);
  });

  it('refuses names that the database cannot take before it asks anything', async () => {
    for (const bad of [{ relationship: 'a\0b' }, { confidence: 'a\0b' }, { confidence: '' }])
      await assert.rejects(
        importAlignments(held.graph, { left: EL, right: EN, ...bad, rows: [['el1', 'en1', 0.5]] }),
        { code: 'USAGE' },
      );
    assert.deepEqual(await triples(), []);
  });
});
