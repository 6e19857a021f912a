import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Triples } from '../../src/kg/types.js';
import { trainingQueries } from '../../src/train/queries.js';
import { heaviest, someWeighted, type Weighted, weightedColumns } from '../kg/_facts.js';

const ROWS = 5;
const RELATIONS = 3;
const triple = fc.tuple(fc.nat(ROWS - 1), fc.nat(RELATIONS - 1), fc.nat(ROWS - 1));
const columns = (rows: readonly (readonly [number, number, number])[]): Triples => ({
  head: Int32Array.from(rows, (t) => t[0]),
  relation: Int32Array.from(rows, (t) => t[1]),
  tail: Int32Array.from(rows, (t) => t[2]),
});

test('each fact is asked once in each direction with its largest weight, queries are distinct and sorted', () => {
  fc.assert(
    fc.property(fc.array(triple), fc.array(triple), (own, background) => {
      const queries = trainingQueries(
        [
          { triples: columns(own), weight: 1 },
          { triples: columns(background), weight: 0.5 },
        ],
        ROWS,
        RELATIONS,
      );
      const expected = new Map<string, number>();
      for (const [facts, weight] of [
        [background, 0.5],
        [own, 1],
      ] as const)
        for (const [h, r, t] of facts) {
          expected.set(`${h} ${r} ${t}`, weight);
          expected.set(`${t} ${r + RELATIONS} ${h}`, weight);
        }
      const found = new Map<string, number>();
      let before = -1;
      for (let i = 0; i < queries.entity.length; i++) {
        const order = queries.entity[i] * 2 * RELATIONS + queries.relation[i];
        assert.ok(order > before, 'sorted and distinct');
        before = order;
        assert.ok(queries.offset[i + 1] > queries.offset[i], 'no query without an answer');
        for (let j = queries.offset[i]; j < queries.offset[i + 1]; j++)
          found.set(`${queries.entity[i]} ${queries.relation[i]} ${queries.answer[j]}`, queries.weight[j]);
      }
      assert.equal(queries.answer.length, expected.size);
      assert.deepEqual([...found].sort(), [...expected].sort());
    }),
  );
});

test('the weight of a fact and that of its part are multiplied, and of one fact in two parts the larger stays', () => {
  const answersOf = ({ entity, relation, offset, answer, weight }: ReturnType<typeof trainingQueries>) =>
    Array.from(entity, (e, i) =>
      Array.from(
        answer.subarray(offset[i], offset[i + 1]),
        (a, j): Weighted => [e, relation[i], a, weight[offset[i] + j]],
      ),
    ).flat();
  const both = (all: readonly Weighted[], by: number) =>
    all.flatMap(([h, r, t, w]): Weighted[] => [
      [h, r, t, w * by],
      [t, r + RELATIONS, h, w * by],
    ]);
  fc.assert(
    fc.property(someWeighted(ROWS, RELATIONS), someWeighted(ROWS, RELATIONS), (own, background) => {
      const queries = trainingQueries(
        [
          { triples: weightedColumns(own), weight: 1 },
          { triples: weightedColumns(background), weight: 0.5 },
        ],
        ROWS,
        RELATIONS,
      );
      assert.deepEqual(answersOf(queries), heaviest([...both(own, 1), ...both(background, 0.5)]));
    }),
  );
});
