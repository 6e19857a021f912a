import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adjacency } from '../../src/kg/csr.js';
import { inverseOf, reacher } from '../../src/kg/reach.js';
import { columns, someFacts } from './_facts.js';
import { plainReach } from './_reach.js';

const N = 5;
const R = 2;

test('a path leads where its relations lead one after the other, also on later questions', () => {
  fc.assert(
    fc.property(
      someFacts(N, R),
      fc.array(fc.tuple(fc.nat(N - 1), fc.array(fc.nat(2 * R - 1), { maxLength: 4 })), { maxLength: 6 }),
      (all, questions) => {
        const reach = reacher(adjacency({ triples: columns(all), rows: N, relations: R }));
        for (const [row, path] of questions)
          assert.deepEqual([...reach(row, path)], plainReach(all, R, row, path));
      },
    ),
    { numRuns: 300 },
  );
});

test('an inverse turns a relation round, and twice gives it back', () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((r) => inverseOf(r, 4)),
    [2, 3, 0, 1],
  );
});
