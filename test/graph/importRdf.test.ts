import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { importAlignments, importEntities, importTriples } from '../../src/graph/import.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { useFiles } from './_files.js';

const RES = { label: 'Resource', key: 'uri' };
const held = useGraph();
const { pathOf, file } = useFiles();
beforeEach(() => wipe(held.graph));

const facts = () =>
  run<{ h: string; r: string; t: string }>(
    held.graph,
    'MATCH (h)-[r]->(t) RETURN h.uri AS h, type(r) AS r, t.uri AS t ORDER BY h, r, t',
  );
const into = (at: string, more: object = {}) =>
  importTriples(held.graph, { source: 'people', nodes: RES, file: at, ...more });

const TURTLE = `@prefix foaf: <http://xmlns.com/foaf/0.1/> .\r
@prefix ex: <http://example.org/> .\r
@base <http://example.org/> .\r
# people
ex:ann a foaf:Person ; foaf:knows ex:bob , <carl> ;
  foaf:name "Ann"@en , "Anna"@de ; ex:age 41 .
ex:bob foaf:knows [ foaf:knows ex:ann ] , _:x .
_:x foaf:knows ex:ann .
ex:ann <http://www.w3.org/2002/07/owl#sameAs> <http://elsewhere.org/ann> .
`;

describe('import of Turtle', () => {
  it('takes IRIs as keys and short types, and counts literals and owl:sameAs that it leaves out', async () => {
    const at = await file('people.ttl', TURTLE);
    const result = await into(at);
    assert.deepEqual(result.leftOut, { literals: 3, sameAs: 1, facts: 0, quoted: 0 });
    assert.deepEqual([result.lines, result.relationshipsCreated], [7, 7]);
    const found = await facts();
    assert.deepEqual(
      found.filter(({ h, t }) => !h.startsWith('_:') && !t.startsWith('_:')),
      [
        { h: 'http://example.org/ann', r: 'knows', t: 'http://example.org/bob' },
        { h: 'http://example.org/ann', r: 'knows', t: 'http://example.org/carl' },
        { h: 'http://example.org/ann', r: 'type', t: 'http://xmlns.com/foaf/0.1/Person' },
      ],
    );
    const blank = found.filter(({ h, t }) => h.startsWith('_:') || t.startsWith('_:'));
    assert.equal(blank.length, 4);
    const again = await into(at);
    assert.deepEqual([again.nodesCreated, again.relationshipsCreated, again.unchanged], [0, 0, 7]);
    assert.deepEqual(await facts(), found);
  });

  it('keeps the blank nodes of two files apart', async () => {
    await into(await file('a.ttl', '_:x <http://e.org/p> <http://e.org/a> .'));
    await into(await file('b.ttl', '_:x <http://e.org/p> <http://e.org/b> .'));
    assert.equal(new Set((await facts()).map(({ h }) => h)).size, 2);
  });

  it('names relations by prefix or in full on request, and refuses one name for two relations', async () => {
    const at = await file(
      'two.ttl',
      `@prefix ex: <http://example.org/> .
ex:a ex:knows ex:b .
ex:a <http://xmlns.com/foaf/0.1/knows> ex:b .
ex:a <urn:other#x> ex:b .
`,
    );
    await assert.rejects(into(at), { code: 'BAD_DATA', message: /two\.ttl:3: .*knows/, next: /prefixed/ });
    assert.deepEqual(await facts(), []);
    await into(at, { naming: 'prefixed' });
    assert.deepEqual(
      (await facts()).map(({ r }) => r),
      ['ex__knows', 'foaf__knows', 'urn:other#x'],
    );
    await wipe(held.graph);
    await into(at, { naming: 'full' });
    assert.deepEqual(
      (await facts()).map(({ r }) => r),
      ['http://example.org/knows', 'http://xmlns.com/foaf/0.1/knows', 'urn:other#x'],
    );
  });
});

describe('import of N-Triples', () => {
  const nt = (n: number, end = '\n') =>
    Array.from(
      { length: n },
      (_, i) => `<http://e.org/n${i}> <http://e.org/p> <http://e.org/n${i + 1}> .${end}`,
    ).join('');

  it('is the same from gzip, which its bytes tell and not its name', async () => {
    const packed = gzipSync(nt(3));
    for (const name of ['a.nt', 'b.nt.gz']) {
      await wipe(held.graph);
      await into(await file(name, packed));
      assert.equal((await facts()).length, 3, name);
    }
    await wipe(held.graph);
    await into(await file('plain.nt.gz', nt(3)));
    assert.equal((await facts()).length, 3, 'plain text in a name of gzip');
    const two = Buffer.concat([gzipSync(nt(3)), gzipSync(nt(5))]);
    await into(await file('two.nt.gz', two));
    assert.equal((await facts()).length, 5, 'gzip in several members');
  });

  it('reads CRLF, comments, escapes and a byte order mark, in several chunks', async () => {
    const text = `\uFEFF# made by hand\r\n${nt(1000, '\r\n')}<http://e.org/caf\\u00E9> <http://e.org/p> <http://e.org/日本> .\r\n`;
    const result = await importTriples(
      held.graph,
      { source: 'people', nodes: RES, file: await file('a.nt', text) },
      { chunk: 300 },
    );
    assert.deepEqual([result.lines, result.relationshipsCreated], [1001, 1001]);
    assert.ok((await facts()).some(({ h, t }) => h === 'http://e.org/café' && t === 'http://e.org/日本'));
  });

  const malformed: [string, string | Buffer, RegExp][] = [
    [
      'a statement without its dot',
      `${nt(2)}<http://e.org/a> <http://e.org/p> <http://e.org/b>\n${nt(1)}`,
      /a\.nt:[34]: /,
    ],
    ['a bare word', `${nt(4)}oops\n`, /a\.nt:5: /],
    ['a relative IRI', `${nt(1)}<a> <http://e.org/p> <http://e.org/b> .\n`, /a\.nt:2: Invalid IRI/],
    ['a file cut off', nt(3).slice(0, -9), /a\.nt:3: /],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(nt(2)), Buffer.from([0xff, 0x0a])]),
      /a\.nt:\d+ or a line after it is not UTF-8/,
    ],
    ['bzip2', Buffer.from('BZh91AY&SY'), /compressed with bzip2; UTF-8, plain or gzip, expected/],
    ['UTF-16', Buffer.from(`\uFEFF${nt(1)}`, 'utf16le'), /is UTF-16/],
    ['gzip cut off', gzipSync(nt(50)).subarray(0, 60), /a\.nt:\d+: the gzip data is damaged or cut off/],
  ];
  for (const [what, bytes, message] of malformed)
    it(`names file and line of ${what}, and has written nothing`, async () => {
      await assert.rejects(into(await file('a.nt', bytes)), { code: 'BAD_DATA', message });
      assert.deepEqual(await run(held.graph, 'MATCH (n) RETURN count(n) AS n'), [{ n: 0 }]);
    });

  it('refuses a file without a fact, and one that is not there', async () => {
    for (const text of ['', '# nothing\n', '<http://e.org/a> <http://e.org/p> "text" .\n'])
      await assert.rejects(into(await file('a.nt', text)), { code: 'NO_DATA', message: /held no triple/ });
    await assert.rejects(into(pathOf('none.nt')), { code: 'NO_DATA', message: /none\.nt/ });
  });

  it('makes no properties of nodes', async () => {
    const input = { source: 'people', nodes: RES, file: await file('a.nt', nt(1)), header: true };
    await assert.rejects(importEntities(held.graph, input), { code: 'USAGE', message: /RDF/ });
  });
});

describe('owl:sameAs', () => {
  it('becomes links between two sources', async () => {
    await run(held.graph, "CREATE (:A {uri: 'http://a.org/1'}), (:B {uri: 'http://b.org/1'})");
    const at = await file(
      'links.nt',
      `<http://a.org/1> <http://www.w3.org/2002/07/owl#sameAs> <http://b.org/1> .
<http://a.org/1> <http://a.org/p> <http://a.org/2> .
`,
    );
    const input = { left: { label: 'A', key: 'uri' }, right: { label: 'B', key: 'uri' }, file: at };
    const result = await importAlignments(held.graph, input);
    assert.equal(result.leftOut?.facts, 1);
    assert.deepEqual(await facts(), [{ h: 'http://a.org/1', r: 'SAME_AS', t: 'http://b.org/1' }]);
    assert.equal((await importAlignments(held.graph, input)).unchanged, 1);
    const bad = await file(
      'bad.nt',
      '<http://a.org/9> <http://www.w3.org/2002/07/owl#sameAs> <http://b.org/1> .\n',
    );
    await assert.rejects(importAlignments(held.graph, { ...input, file: bad }), {
      code: 'BAD_DATA',
      message: /^1 id has no A node.*bad\.nt:1/,
    });
  });
});
