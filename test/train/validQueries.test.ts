import assert from 'node:assert/strict';
import { test } from 'node:test';
import { studentSchema } from '../../src/config.js';
import { knownAnswers } from '../../src/evaluate/filters.js';
import type { Triples } from '../../src/kg/types.js';
import { mostRanked, validQueries } from '../../src/train/evaluations.js';

/** Facts (i, 0, i + 1) of so many entities, and for each one more that is known: (i, 0, 0). */
function factsOf(count: number) {
  const to = (tail: (i: number) => number): Triples => ({
    head: Int32Array.from({ length: count }, (_, i) => i),
    relation: new Int32Array(count),
    tail: Int32Array.from({ length: count }, (_, i) => tail(i)),
  });
  const none = to(() => 0);
  const empty = { head: none.head.slice(0, 0), relation: none.head.slice(0, 0), tail: none.head.slice(0, 0) };
  const valid = to((i) => (i + 1) % count);
  return {
    split: { train: none, valid, test: empty },
    background: empty,
    votes: new Int32Array(0),
    label: new Int32Array(count),
  };
}

const EVALUATION = { directions: 'tails', candidates: 'all' } as const;
const { seed } = studentSchema.parse({});

test('validation while training asks a seeded sample of as many facts as its scores allow, and knows them all', () => {
  const asked = (count: number, by = seed) => validQueries(factsOf(count), 1, EVALUATION, by);
  assert.equal(asked(31_000).answer.length, 31_000); // by 31,000 entities: under 10⁹ scores
  const { entity, answer, filter } = asked(40_000);
  assert.equal(answer.length, 25_000);
  assert.deepEqual(asked(40_000).entity, entity);
  assert.notDeepEqual(asked(40_000, seed + 1).entity, entity);
  assert.equal(new Set(entity).size, 25_000);
  for (const [i, head] of entity.entries()) {
    assert.equal(answer[i], (head + 1) % 40_000);
    const known = knownAnswers(filter, i);
    assert.ok(known.includes(0), 'training facts are left out of the ranking');
  }
});

test('as many facts are ranked as the settings say, else as many as scores allow, and 5,000 in any case', () => {
  assert.equal(mostRanked(500_000, 'end'), 10_000);
  assert.equal(mostRanked(5_000_000, 'end'), 5_000);
  assert.equal(mostRanked(500_000, 'training'), 5_000);
  assert.equal(mostRanked(500_000, 'end', { most: 70 }), 70);
});
