import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { knownFacts } from '../../src/evaluate/filters.js';
import { columns } from '../kg/_facts.js';
import { answers, someWorld } from './_plain.js';

test('row i asks for the tail of fact i, row n + i for its head through the reciprocal relation', () => {
  fc.assert(
    fc.property(someWorld, ({ queries, plain, relations }) => {
      assert.deepEqual(
        Array.from(queries.entity, (entity, i) => [entity, queries.relation[i], queries.answer[i]]),
        plain.map((q) => [q.entity, q.asksHead ? q.relation + relations : q.relation, q.answer]),
      );
    }),
  );
});

test('the filter holds the other known answers of the same query, each once', () => {
  fc.assert(
    fc.property(someWorld, ({ queries, plain, known, entities }) => {
      const { offset, entity } = queries.filter;
      assert.equal(offset.length, plain.length + 1);
      assert.equal(offset[0], 0);
      assert.equal(offset[plain.length], entity.length);
      for (const [i, query] of plain.entries()) {
        const expected: number[] = [];
        for (let c = 0; c < entities; c++)
          if (c !== query.answer && known.flat().some((fact) => answers(query, fact, c))) expected.push(c);
        assert.deepEqual([...entity.subarray(offset[i], offset[i + 1])].sort(), expected);
      }
    }),
  );
});

test("candidates are the entities of the answer's label, everyone where there are no labels", () => {
  fc.assert(
    fc.property(someWorld, ({ queries, plain, label, entities }) => {
      if (!label) {
        assert.equal(queries.candidates, undefined);
        return;
      }
      const candidates = queries.candidates as NonNullable<typeof queries.candidates>;
      assert.equal(candidates.set.length, plain.length);
      for (const [i, { answer }] of plain.entries()) {
        const expected: number[] = [];
        for (let c = 0; c < entities; c++) if (label[c] === label[answer]) expected.push(c);
        assert.deepEqual([...candidates.members[candidates.set[i]]], expected);
      }
    }),
  );
});

test('raw knows nothing, train the training facts, tv validation as well, full everything', () => {
  const [train, valid, test] = [columns([[0, 0, 1]]), columns([[1, 0, 2]]), columns([[2, 0, 0]])];
  const split = { train, valid, test };
  assert.deepEqual(knownFacts(split, 'raw'), []);
  assert.deepEqual(knownFacts(split, 'train'), [train]);
  assert.deepEqual(knownFacts(split, 'tv'), [train, valid]);
  assert.deepEqual(knownFacts(split, 'full'), [train, valid, test]);
});
