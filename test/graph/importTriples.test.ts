import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { importTriples } from '../../src/graph/import.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { useFiles } from './_files.js';
import { EL, factsOf, isEmpty, ODD } from './_imported.js';

const held = useGraph();
const { pathOf, file } = useFiles();
beforeEach(() => wipe(held.graph));

const triples = (label?: string) => factsOf(held.graph, label);

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
    await isEmpty(held.graph);
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
    await isEmpty(held.graph);
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
      await isEmpty(held.graph);
    });
  }

  it('says of a fourth column that is no confidence that it can be named', async () => {
    const weighted = { source: 'el', nodes: EL, file: await file('a.tsv', 'a\tr\tb\t17\n') };
    const named = { properties: ['times'], types: { times: 'weight' as const } };
    await assert.rejects(importTriples(held.graph, weighted), {
      code: 'BAD_DATA',
      next: /--weight PROPERTY/,
    });
    const other = { ...weighted, ...named, file: await file('b.tsv', 'a\tr\tb\tmany\n') };
    await assert.rejects(importTriples(held.graph, other), {
      code: 'BAD_DATA',
      next: /^Mend the line and run/,
    });
    assert.equal((await importTriples(held.graph, { ...weighted, ...named }, { dryRun: true })).lines, 1);
    await isEmpty(held.graph);
  });

  it('refuses bytes that are no UTF-8, a missing file and an empty one', async () => {
    const bytes = await file('a.tsv', Buffer.from([0x61, 0x09, 0xff, 0x09, 0x62, 0x0a]));
    const read = (at: string) => importTriples(held.graph, { source: 'el', nodes: EL, file: at });
    await assert.rejects(read(bytes), { code: 'BAD_DATA', message: /not UTF-8/ });
    await assert.rejects(read(pathOf('none.tsv')), { code: 'NO_DATA', message: /none\.tsv/ });
    await assert.rejects(read(await file('b.tsv', '\n')), { code: 'NO_DATA' });
    await isEmpty(held.graph);
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
    await isEmpty(held.graph);
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
