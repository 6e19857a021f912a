import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Triples } from '../../src/kg/types.js';
import { placeNew } from '../../src/train/placeNew.js';
import { trainingQueries } from '../../src/train/queries.js';

const ROWS = 5;
/** Films 0, 1 and the new 2 are by director 3; 4 is new and has no fact. */
const triples: Triples = {
  head: Int32Array.of(0, 1, 2),
  relation: Int32Array.of(0, 0, 0),
  tail: Int32Array.of(3, 3, 3),
};
const queries = trainingQueries([{ triples, weight: 1 }], ROWS, 1);

test('a new row that no teacher knows begins at the mean of those that answer the same queries', () => {
  const table = { shape: [ROWS, 2], data: Float32Array.of(1, 2, 3, 6, 9, 9, 5, 5, 7, 7) };
  const placed = placeNew(queries, undefined, 1)(table, Int32Array.of(0, 1, -1, 2, -1));
  assert.deepEqual(placed, [2]);
  assert.deepEqual([...table.data], [1, 2, 3, 6, 2, 4, 5, 5, 7, 7]);
});
