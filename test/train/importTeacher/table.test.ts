import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { KgmentorError } from '../../../src/errors.js';
import { writeTensors } from '../../../src/model/safetensors.js';
import { readTable } from '../../../src/train/importTeacher/table.js';
import { folder } from '../_graph.js';

const place = folder();
const at = (name: string) => join(place, name);
const isA = (code: string, part: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && error.code === code && part.test(error.message + error.next);
const tensor = (...shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
});

test('lines of name and numbers are a table, plain or packed', async () => {
  const text = `b c\t1\t-2.5e-1\n${Array.from({ length: 2000 }, (_, i) => `n${i}\t${i}\t0\n`).join('')}`;
  writeFileSync(at('a.tsv'), text);
  writeFileSync(at('a.tsv.gz'), gzipSync(text));
  for (const name of ['a.tsv', 'a.tsv.gz']) {
    const { rows, width, data, names } = await readTable(at(name), { role: 'entity', isNamed: true });
    assert.deepEqual([rows, width, names?.[0], names?.[2000]], [2001, 2, 'b c', 'n1999']);
    assert.deepEqual([...data.subarray(0, 2), data[4000]], [1, -0.25, 1999]);
  }
  writeFileSync(at('numbers.tsv'), '1\t2\n3\t4\n');
  const plain = await readTable(at('numbers.tsv'), { role: 'entity', isNamed: false });
  assert.deepEqual([plain.rows, plain.width, plain.names], [2, 2, undefined]);
});

test('a line that is no vector is named', async () => {
  for (const [text, part] of [
    ['a\t1\t2\nb\t1\n', /bad\.tsv:2: 1 numbers, 2 expected/],
    ['a\t1\nb\tx\n', /bad\.tsv:2: "x" is no finite 32-bit number/],
    ['a\t1\nb\t\n', /bad\.tsv:2: "" is no finite 32-bit number/],
    ['a\t1e39\n', /bad\.tsv:1: "1e39" is no finite 32-bit number/],
    ['a\tNaN\n', /bad\.tsv:1: "NaN" is no finite 32-bit number/],
    ['a\n', /bad\.tsv:1: 0 numbers, at least one expected/],
  ] as const) {
    writeFileSync(at('bad.tsv'), text);
    await assert.rejects(readTable(at('bad.tsv'), { role: 'entity', isNamed: true }), isA('BAD_DATA', part));
  }
});

test('tensors are told by their names, or asked for', async () => {
  const file = at('a.safetensors');
  const read = (role: 'entity' | 'relation', name?: string) =>
    readTable(file, { role, tensor: name, isNamed: false });
  writeTensors(file, {
    'entity_representations.0._embeddings.weight': tensor(3, 4),
    'relation_representations.0._embeddings.weight': tensor(2, 4),
    'entity_representations.0.regularizer.weight': tensor(1),
  });
  assert.equal((await read('entity')).rows, 3);
  assert.equal((await read('relation')).rows, 2);
  writeTensors(file, { entities: tensor(3, 2, 2), rel: tensor(1, 2, 3), 'more entities': tensor(1, 1) });
  await assert.rejects(
    read('entity'),
    isA('USAGE', /2 are called so.*--entity-tensor: it has entities \(3 × 2 × 2\), rel/),
  );
  const { width, isPaired } = await read('entity', 'entities');
  assert.deepEqual([width, isPaired], [4, true]);
  await assert.rejects(read('entity', 'entity'), isA('USAGE', /no table "entity"/));
  await assert.rejects(read('relation'), isA('BAD_DATA', /shape 1 × 2 × 3, a table/));
});

test('numbers that are not finite are refused with their row', async () => {
  writeTensors(at('nan.safetensors'), {
    entity: { shape: [2, 2], data: Float32Array.from([1, 2, Number.NaN, 4]) },
  });
  await assert.rejects(
    readTable(at('nan.safetensors'), { role: 'entity', isNamed: false }),
    isA('BAD_DATA', /holds NaN in row 1/),
  );
});
