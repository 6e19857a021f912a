import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { frequencyRanks, lookupRanks } from '../../src/evaluate/baselines.js';
import { columns, distinct, type Fact, someFacts } from '../kg/_facts.js';
import { answers, type PlainQuery, plainRank, someWorld } from './_plain.js';

/** How often training facts answer the relation, in the query's direction, with the candidate. */
const frequency = (train: readonly Fact[], { relation, asksHead }: PlainQuery, candidate: number) =>
  train.filter((fact) => fact[1] === relation && fact[asksHead ? 0 : 2] === candidate).length;

const worldWith = someWorld.chain((world) =>
  fc.record({
    world: fc.constant(world),
    train: someFacts(world.entities, world.relations),
    background: someFacts(world.entities, world.relations).map(distinct),
    drawnVotes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
  }),
);

test('frequency ranks by how often the relation is answered so, ties at their mean', () => {
  fc.assert(
    fc.property(worldWith, ({ world, train }) => {
      const { queries, plain, entities, relations, isRanked } = world;
      assert.deepEqual(
        [...frequencyRanks(queries, columns(train), entities, relations)],
        plain.map((query) =>
          plainRank(
            query.answer,
            entities,
            (c) => isRanked(query, c),
            (c, answer) => frequency(train, query, c) - frequency(train, query, answer),
          ),
        ),
      );
    }),
  );
});

test('lookup ranks by votes, then by frequency, ties at their mean', () => {
  fc.assert(
    fc.property(worldWith, ({ world, train, background, drawnVotes }) => {
      const { queries, plain, entities, relations, isRanked } = world;
      const votes = background.map((_, i) => drawnVotes[i % drawnVotes.length]);
      const votesOf = (query: PlainQuery, c: number) => {
        const row = background.findIndex((fact) => answers(query, fact, c));
        return row < 0 ? 0 : votes[row];
      };
      assert.deepEqual(
        [
          ...lookupRanks(
            queries,
            columns(train),
            columns(background),
            Int32Array.from(votes),
            entities,
            relations,
          ),
        ],
        plain.map((query) =>
          plainRank(
            query.answer,
            entities,
            (c) => isRanked(query, c),
            (c, answer) =>
              votesOf(query, c) - votesOf(query, answer) ||
              frequency(train, query, c) - frequency(train, query, answer),
          ),
        ),
      );
    }),
  );
});

test('one vote stands before the most frequent answer', () => {
  const queries = {
    entity: Int32Array.of(0),
    relation: Int32Array.of(0),
    answer: Int32Array.of(3),
    filter: { offset: Int32Array.of(0, 0), entity: new Int32Array(0) },
  };
  const train = columns(Array.from({ length: 50 }, () => [1, 0, 2] as const));
  const ranks = lookupRanks(queries, train, columns([[0, 0, 3]]), Int32Array.of(1), 4, 1);
  assert.deepEqual([...ranks], [1]);
});
