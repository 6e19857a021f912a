import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownAnswers } from '../../src/evaluate/filters.js';
import { type FactNames, mostRanked, sampleRows } from '../../src/evaluate/sample.js';
import type { Triples } from '../../src/kg/types.js';
import { validQueries } from '../../src/train/evaluations.js';

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
const namesOf = (count: number) => ({
  keys: Array.from({ length: count }, (_, i) => `["N",${i}]`),
  relations: ['R'],
});

test('validation while training asks a sample of as many facts as its scores allow, and knows them all', () => {
  const asked = (count: number) => validQueries(factsOf(count), namesOf(count), EVALUATION);
  assert.equal(asked(44_000).answer.length, 44_000); // by 44,000 entities: under 2 · 10⁹ scores
  const { entity, answer, filter } = asked(50_000);
  assert.equal(answer.length, 40_000);
  assert.equal(new Set(entity).size, 40_000);
  for (const [i, head] of entity.entries()) {
    assert.equal(answer[i], (head + 1) % 50_000);
    const known = knownAnswers(filter, i);
    assert.ok(known.includes(0), 'training facts are left out of the ranking');
  }
});

test('as many facts are ranked as the settings say, else as many as scores allow, and 5,000 in any case', () => {
  const both = { directions: 'both' } as const;
  assert.equal(mostRanked(500_000, 'test', both), 10_000);
  assert.equal(mostRanked(500_000, 'test', { directions: 'tails' }), 20_000);
  assert.equal(mostRanked(5_000_000, 'test', both), 5_000);
  assert.equal(mostRanked(100_000, 'valid', both), 10_000);
  assert.equal(mostRanked(500_000, 'test', { ...both, most: 70 }), 70);
  assert.equal(mostRanked(100_000, 'valid', { ...both, most: 70 }), 10_000);
});

test('a sample goes by names: a growth of the graph leaves most of it, and a smaller one is part of it', () => {
  const { valid } = factsOf(3000).split;
  const sample = (names: FactNames, most: number, facts = valid) => {
    const rows = sampleRows(facts, names, most) ?? assert.fail('no sample');
    assert.deepEqual(
      [...rows],
      [...new Set(rows)].sort((a, b) => a - b),
    );
    assert.equal(rows.length, most);
    return new Set(Array.from(rows, (row) => names.keys[facts.head[row]]));
  };
  const names = namesOf(3000);
  const some = sample(names, 500);
  const more = sample(names, 600);
  assert.ok([...some].every((one) => more.has(one)));
  // The same facts in another order, with one entity and its fact more before all others.
  const { length } = names.keys;
  const grown = { ...names, keys: ['["M",0]', ...names.keys] };
  const moved: Triples = {
    head: Int32Array.from({ length: length + 1 }, (_, i) => (i === 0 ? 0 : length + 1 - i)),
    relation: new Int32Array(length + 1),
    tail: Int32Array.from({ length: length + 1 }, (_, i) => (i === 0 ? 1 : 1 + ((length - i + 1) % length))),
  };
  const after = sample(grown, 500, moved);
  assert.ok([...some].filter((one) => after.has(one)).length >= 499);
  assert.equal(sampleRows(valid, names, 3000), undefined);
});
