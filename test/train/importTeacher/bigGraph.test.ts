import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { KgmentorError } from '../../../src/errors.js';
import { readOperators } from '../../../src/train/importTeacher/bigGraph.js';
import { folder } from '../_graph.js';

const place = folder();
const file = (...lines: string[]) => {
  const path = join(place, 'relations.tsv');
  writeFileSync(path, lines.map((line) => `${line.replaceAll(' ', '\t')}\n`).join(''));
  return path;
};
const isA = (code: string, part: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && error.code === code && part.test(error.message);

test('operators of both sides are the relations and their reciprocals', async () => {
  const path = file(
    'r lhs complex_diagonal real 1 1',
    'q lhs complex_diagonal real 1 2',
    'r lhs complex_diagonal imag 1 3',
    'q lhs complex_diagonal imag 1 4',
    'r rhs complex_diagonal real 1 5',
    'q rhs complex_diagonal real 1 6',
    'r rhs complex_diagonal imag 1 7',
    'q rhs complex_diagonal imag 1 8',
  );
  const { names, width, data, ownReciprocals } = await readOperators(path, 'complex', 2);
  assert.deepEqual([names, width, ownReciprocals], [['r', 'q'], 2, true]);
  assert.deepEqual(Array.from(data), [1, 3, 2, 4, 5, 7, 6, 8]);
});

test('an operator of the right-hand side alone is the reciprocal, from which the relation is derived', async () => {
  const complex = file('r rhs complex_diagonal real 1 5', 'r rhs complex_diagonal imag 1 7');
  assert.deepEqual(Array.from((await readOperators(complex, 'complex', 2)).data), [5, -7, 5, 7]);
  const translation = await readOperators(file('r rhs translation translation 2 1 2'), 'transe', 2);
  assert.deepEqual(Array.from(translation.data), [-1, -2, 1, 2]);
  assert.equal(translation.ownReciprocals, false);
  const diagonal = await readOperators(file('r rhs diagonal diagonal 2 1 2'), 'distmult', 2);
  assert.deepEqual(Array.from(diagonal.data), [1, 2, 1, 2]);
});

test('other operators, parameters that miss, and other files are refused', async () => {
  const refused = (part: RegExp, ...lines: string[]) =>
    assert.rejects(readOperators(file(...lines), 'complex', 2), isA('BAD_DATA', part));
  await refused(/relations\.tsv:1: the operator translation/, 'r rhs translation translation 2 1 2');
  await refused(/"r" has 1 numbers on the side rhs, 2 expected/, 'r rhs complex_diagonal real 1 5');
  await refused(
    /"q" has 0 numbers on the side rhs/,
    'r rhs complex_diagonal real 1 5',
    'r rhs complex_diagonal imag 1 5',
    'q lhs complex_diagonal real 1 5',
  );
  await refused(/relations\.tsv:1: relation, lhs or rhs/, 'r 1 2');
  await assert.rejects(
    readOperators(file('r rhs x x 1 1'), 'rotate', 2),
    isA('USAGE', /no operator for rotate/),
  );
});
