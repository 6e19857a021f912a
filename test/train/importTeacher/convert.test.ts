import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KgmentorError } from '../../../src/errors.js';
import { entityVectors, relationVectors } from '../../../src/train/importTeacher/convert.js';
import { SCORINGS } from '../../../src/train/importTeacher/scoring.js';
import type { RawTable } from '../../../src/train/importTeacher/table.js';
import { plainScore } from './_plainScores.js';

const table = (rows: readonly (readonly number[])[], isPaired = false): RawTable => ({
  file: 'tables',
  rows: rows.length,
  width: rows[0].length,
  data: Float32Array.from(rows.flat()),
  isPaired,
});
const isBad = (part: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && error.code === 'BAD_DATA' && part.test(error.message);
const rowsOf = (data: Float32Array, width: number) =>
  Array.from({ length: data.length / width }, (_, i) =>
    Array.from(data.subarray(i * width, (i + 1) * width)),
  );
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4, `${a} is not ${b}`);

const number = fc.double({ min: -2, max: 2, noNaN: true });
const vector = (length: number) => fc.array(number, { minLength: length, maxLength: length });

for (const scoring of SCORINGS)
  test(`the derived reciprocal of a relation of ${scoring} scores tails by heads as the relation does heads by tails`, () => {
    const width = scoring === 'rotate' ? 2 : 4;
    fc.assert(
      fc.property(vector(4), vector(width), vector(4), (h, r, t) => {
        const made = relationVectors(table([r]), ['r'], { scoring, entityWidth: 4 });
        assert.equal(made.ownReciprocals, false);
        const [forward, back] = rowsOf(made.data, made.width);
        near(plainScore(scoring, h, forward, t), plainScore(scoring, t, back, h));
        assert.deepEqual(forward, Array.from(Float32Array.from(r)));
      }),
    );
  });

test('complex numbers in pairs become real parts before imaginary ones', () => {
  const rows = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ];
  const turned = Float32Array.from([1, 3, 2, 4, 5, 7, 6, 8]);
  assert.deepEqual(entityVectors(table(rows, true), 'complex'), turned);
  assert.deepEqual(entityVectors(table(rows), 'complex', 'pykeen'), turned);
  assert.deepEqual(entityVectors(table(rows), 'complex', 'dgl-ke'), Float32Array.from(rows.flat()));
  assert.deepEqual(entityVectors(table(rows), 'distmult', 'pykeen'), Float32Array.from(rows.flat()));
});

test('trained inverse relations stand behind each relation in PyKEEN, else behind all', () => {
  const rows = [[1], [2], [3], [4]];
  const read = (engine?: 'pykeen') =>
    relationVectors(table(rows), ['a', 'b'], { scoring: 'distmult', engine, entityWidth: 1 });
  assert.deepEqual(Array.from(read('pykeen').data), [1, 3, 2, 4]);
  assert.deepEqual(Array.from(read().data), [1, 2, 3, 4]);
  assert.equal(read().ownReciprocals, true);
});

test('rotations come as angles or as complex numbers of modulus 1', () => {
  const options = { scoring: 'rotate', entityWidth: 4 } as const;
  const angles = [0.5, -3];
  const complex = angles.flatMap((a) => [Math.cos(a), Math.sin(a)]);
  for (const raw of [table([angles]), table([complex], true)]) {
    const { width, data } = relationVectors(raw, ['r'], options);
    assert.equal(width, 2);
    for (const [i, a] of [0.5, -3, -0.5, 3].entries()) near(data[i], a);
  }
  assert.throws(
    () => relationVectors(table([[1, 0, 1, 0.3]], true), ['turn'], options),
    isBad(/"turn" has a complex number of modulus 1\.044/),
  );
});

test('tables that do not fit the scoring function, each other or their names are refused', () => {
  assert.throws(() => entityVectors(table([[1, 2, 3]]), 'complex'), isBad(/3 numbers, an even number/));
  assert.throws(() => entityVectors(table([[1, 2]], true), 'transe'), isBad(/1 complex numbers, real ones/));
  const three = ['a', 'b', 'c'];
  const two = table([
    [1, 2],
    [3, 4],
  ]);
  assert.throws(
    () => relationVectors(two, three, { scoring: 'complex', entityWidth: 2 }),
    isBad(/2 rows, 3 expected by their names, or 6/),
  );
  assert.throws(
    () => relationVectors(two, ['a', 'b'], { scoring: 'complex', entityWidth: 4 }),
    isBad(/rows of 2 numbers, 4 expected/),
  );
  assert.throws(
    () => relationVectors(two, ['a', 'b'], { scoring: 'rotate', entityWidth: 8 }),
    isBad(/rows of 2 numbers, 8 or 4 expected/),
  );
});
