import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { KgmentorError } from '../../../src/errors.js';
import { readNames } from '../../../src/train/importTeacher/nameFile.js';
import { folder } from '../_graph.js';

const place = folder();
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(place, name), content);
  return join(place, name);
};
const isBad = (part: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && error.code === 'BAD_DATA' && part.test(error.message);

test('names are read as each engine writes them, in the order of their numbers', async () => {
  const expected = ['b', 'a "x"', '7'];
  const pykeen = 'id\tlabel\n1\t"a ""x"""\n0\tb\n2\t7\n';
  for (const [name, content] of [
    ['entity_to_id.tsv', pykeen],
    ['entity_to_id.tsv.gz', gzipSync(pykeen)],
    ['label_first.tsv', 'label\tid\n"a ""x"""\t1\nb\t0\n7\t2\n'],
    ['entities.tsv', '1\ta "x"\n0\tb\n2\t7\n'],
    ['entities.dict', 'a "x"\t1\nb\t0\n7\t2\n'],
    ['entity_names_all_0.json', JSON.stringify(expected)],
    ['names.txt', 'b\na "x"\n7\n'],
  ] as const)
    assert.deepEqual(await readNames(file(name, content)), expected, name);
});

test('of two columns of numbers the first one counts', async () => {
  assert.deepEqual(await readNames(file('numbers.tsv', '0\t1\n1\t0\n')), ['1', '0']);
});

test('missing numbers, repeated names and other files are refused', async () => {
  const refused = (name: string, content: string, part: RegExp) =>
    assert.rejects(readNames(file(name, content)), isBad(part));
  await refused('gap.tsv', '0\ta\n2\tb\n', /does not number its names from 0 to 1/);
  await refused('twice.txt', 'a\nb\na\n', /"a" to the rows 0 and 2/);
  await refused('wide.tsv', '0\ta\n1\tb\tc\n', /wide\.tsv:2: 3 columns/);
  await refused('cut.json', '["a",', /cannot be read as JSON/);
  await refused('other.json', '{"a": 0}', /no list of names/);
  await assert.rejects(
    readNames(join(place, 'none.tsv')),
    (error) => (error as KgmentorError).code === 'NO_DATA',
  );
});
