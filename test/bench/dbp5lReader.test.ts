import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { LANGUAGES, readDbp5l } from '../../bench/dbp5l/data.js';
import { type ErrorCode, KgmentorError } from '../../src/errors.js';

const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A data set of three entities a language and two relations; `changes` replaces files, or leaves one out. */
function folderWith(changes: Readonly<Record<string, string | null>> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-dbp5l-'));
  made.push(folder);
  const files: Record<string, string | null> = {
    'relations.txt': 'likes\r\nknows\r\n',
    'seed_alignlinks/el-en.tsv': '0.0\t2.0\r\n1.0\t1.0\r\n0.0\t2.0\r\n',
  };
  for (const language of LANGUAGES) {
    files[`entity/${language}.tsv`] = `${language}:a\r\n${language}:b\r\n${language}:a\r\n`;
    files[`kg/${language}-train.tsv`] = '0\t1\t2\r\n2\t0\t1\r\n';
    files[`kg/${language}-val.tsv`] = '';
    files[`kg/${language}-test.tsv`] = '1\t1\t1';
  }
  for (const [name, text] of Object.entries({ ...files, ...changes })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    if (text !== null) writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const fails = (changes: Readonly<Record<string, string | null>>, code: ErrorCode, says: RegExp) =>
  assert.throws(
    () => readDbp5l(folderWith(changes)),
    (error) => error instanceof KgmentorError && error.code === code && says.test(error.message),
  );

test('ids become columns and names lose the carriage returns of the files', () => {
  const { relations, graphs } = readDbp5l(folderWith());
  assert.deepEqual(relations, ['likes', 'knows']);
  assert.deepEqual(graphs.ja.uris, ['ja:a', 'ja:b', 'ja:a']);
  assert.deepEqual(graphs.ja.train, {
    head: Int32Array.of(0, 2),
    relation: Int32Array.of(1, 0),
    tail: Int32Array.of(2, 1),
  });
  assert.equal(graphs.ja.valid.head.length, 0);
  assert.deepEqual([...graphs.ja.test.tail], [1]);
});

test('links written as floats are ids, each pair once', () => {
  const { links, linkRows } = readDbp5l(folderWith());
  const pairs = [
    [0, 2],
    [1, 1],
  ];
  assert.deepEqual(links, [{ left: 'el', right: 'en', pairs }]);
  assert.equal(linkRows, 3);
});

for (const [what, row] of [
  ['two columns', '0\t1'],
  ['four columns', '0\t1\t2\t0'],
  ['an empty id', '\t1\t2'],
  ['a fraction', '0\t1\t1.5'],
  ['a negative id', '0\t1\t-1'],
  ['no number', '0\t1\tx'],
  ['another notation', '0x1\t1\t1'],
  ['an entity past the last', '0\t1\t3'],
  ['a relation past the last', '0\t2\t1'],
  ['nothing', ''],
])
  test(`a row of facts with ${what} is refused by file and line`, () => {
    fails({ 'kg/fr-train.tsv': `0\t1\t2\r\n${row}\r\n1\t1\t1\r\n` }, 'BAD_DATA', /kg\/fr-train\.tsv:2:/);
  });

test('a malformed row of links and an empty name are refused by file and line', () => {
  fails(
    { 'seed_alignlinks/el-en.tsv': '0.0\t1.0\n0.5\t1.0\n' },
    'BAD_DATA',
    /seed_alignlinks\/el-en\.tsv:2:/,
  );
  fails({ 'entity/es.tsv': 'a\r\n\r\nb\r\n' }, 'BAD_DATA', /entity\/es\.tsv:2:/);
});

test('a file of links that does not name two of the languages is refused', () => {
  fails({ 'seed_alignlinks/el-de.tsv': '0.0\t1.0\n' }, 'BAD_DATA', /el-de\.tsv/);
  fails({ 'seed_alignlinks/el-el.tsv': '0.0\t1.0\n' }, 'BAD_DATA', /el-el\.tsv/);
});

test('a missing folder and a missing file are told', () => {
  fails({ 'relations.txt': null }, 'NO_DATA', /does not hold DBP-5L/);
  fails({ 'kg/el-val.tsv': null }, 'NO_DATA', /does not hold kg\/el-val\.tsv/);
});
