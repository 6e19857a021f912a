import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { knownAnswers, knownFacts, rankingQueries } from '../../src/evaluate/filters.js';
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

test('the filter holds the known answers of the same query, each once', () => {
  fc.assert(
    fc.property(someWorld, ({ queries, plain, known, entities }) => {
      for (const [i, query] of plain.entries()) {
        const expected: number[] = [];
        for (let c = 0; c < entities; c++)
          if (known.flat().some((fact) => answers(query, fact, c))) expected.push(c);
        assert.deepEqual([...knownAnswers(queries.filter, i)], expected);
      }
    }),
  );
});

test('all facts of a node with very many share one list', () => {
  const [trained, asked] = [60_000, 3_000];
  const facts = (from: number, to: number) => ({
    head: Int32Array.from({ length: to - from }, (_, i) => from + i + 1),
    relation: new Int32Array(to - from),
    tail: new Int32Array(to - from),
  });
  const [train, valid] = [facts(0, trained), facts(trained, trained + asked)];
  const { filter, answer } = rankingQueries(valid, [train, valid], { relations: 1, directions: 'both' });
  assert.equal(answer.length, 2 * asked);
  assert.equal(filter.entity.length, asked + trained + asked);
  assert.equal(knownAnswers(filter, 2 * asked - 1).length, trained + asked);
  assert.deepEqual([...knownAnswers(filter, 7)], [0]);
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
