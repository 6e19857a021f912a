import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedQueries } from '../../src/kg/changes.js';
import type { Triples } from '../../src/kg/types.js';
import { trainingQueries } from '../../src/train/queries.js';

const ROWS = 6;
const RELATIONS = 2;
const facts = (...rows: [number, number, number][]): Triples => ({
  head: Int32Array.from(rows, ([h]) => h),
  relation: Int32Array.from(rows, ([, r]) => r),
  tail: Int32Array.from(rows, ([, , t]) => t),
});
const queries = (triples: Triples) => trainingQueries([{ triples, weight: 1 }], ROWS, RELATIONS);
const changed = (now: Triples, before: Triples, known?: number) => {
  const mine = queries(now);
  const { query, row } = changedQueries(mine, queries(before), ROWS, known);
  return {
    queries: [...query.keys()].filter((i) => query[i] === 1).map((i) => [mine.entity[i], mine.relation[i]]),
    rows: [...row.keys()].filter((i) => row[i] === 1),
  };
};

test('nothing has changed between equal facts in another order', () => {
  const [a, b] = [facts([0, 0, 1], [0, 0, 2], [3, 1, 0]), facts([3, 1, 0], [0, 0, 2], [0, 0, 1])];
  assert.deepEqual(changed(a, b), { queries: [], rows: [] });
});

test('a fact that came changes the queries of both its ends, a query that had none included', () => {
  const before = facts([0, 0, 1], [3, 1, 0]);
  assert.deepEqual(changed(facts([0, 0, 1], [3, 1, 0], [0, 0, 2]), before), {
    queries: [
      [0, 0],
      [2, 2],
    ],
    rows: [0, 2],
  });
});

test('a fact that went changes both its ends, and the queries that are left of them', () => {
  const before = facts([0, 0, 1], [0, 0, 2], [2, 1, 3]);
  assert.deepEqual(changed(facts([0, 0, 1], [2, 1, 3]), before), { queries: [[0, 0]], rows: [0, 2] });
  assert.deepEqual(changed(facts([0, 0, 1], [0, 0, 2]), before), { queries: [], rows: [2, 3] });
});

test('answers beyond the rows that can be compared change nothing', () => {
  const before = facts([0, 0, 1]);
  assert.deepEqual(changed(facts([0, 0, 1], [0, 0, 5]), before, 5), { queries: [[5, 2]], rows: [5] });
});
