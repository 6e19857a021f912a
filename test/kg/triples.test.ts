import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatTriples, dedupeTriples, filterTriples, sortTriples, tripleSet } from '../../src/kg/triples.js';
import { columns, compareFacts, distinct, facts, someFacts } from './_facts.js';

const N = 4;
const R = 3;

test('triples come out sorted by head, relation and tail, each once, and the input stays as it was', () => {
  fc.assert(
    fc.property(someFacts(N, R), (all) => {
      const input = columns(all);
      assert.deepEqual(facts(dedupeTriples(input, N, R)), distinct(all));
      assert.deepEqual(facts(input), all);
    }),
  );
});

test('sorted triples keep their repetitions', () => {
  fc.assert(
    fc.property(someFacts(N, R), (all) => {
      assert.deepEqual(facts(sortTriples(columns(all), N, R)), [...all].sort(compareFacts));
    }),
  );
});

test('many triples of one head and relation are sorted by tail, with their weights', () => {
  const many = fc.array(fc.tuple(fc.nat(1), fc.nat(1), fc.nat(40)), { minLength: 40, maxLength: 200 });
  fc.assert(
    fc.property(many, (all) => {
      const weight = Float32Array.from(all, (_, i) => i + 1);
      const plain = all.map((fact, i) => ({ fact, weight: i + 1 }));
      plain.sort((a, b) => compareFacts(a.fact, b.fact));
      const sorted = sortTriples({ ...columns(all), weight }, 2, 2);
      assert.deepEqual(
        facts(sorted),
        plain.map(({ fact }) => fact),
      );
      assert.deepEqual(
        [...(sorted.weight ?? [])],
        plain.map(({ weight }) => weight),
      );
      const once = dedupeTriples({ ...columns(all), weight }, 2, 2);
      assert.deepEqual(facts(once), distinct(all));
      const largest = facts(once).map((fact) =>
        Math.max(...plain.filter((one) => one.fact.join() === fact.join()).map((one) => one.weight)),
      );
      assert.deepEqual([...(once.weight ?? [])], largest);
    }),
  );
});

test('tables stand one after the other', () => {
  fc.assert(
    fc.property(fc.array(someFacts(N, R)), (parts) => {
      assert.deepEqual(facts(concatTriples(parts.map(columns))), parts.flat());
    }),
  );
});

test('only the rows that are let through stay, in their order', () => {
  fc.assert(
    fc.property(someFacts(N, R), fc.nat(N), (all, limit) => {
      const kept = filterTriples(columns(all), (i) => all[i][0] < limit);
      assert.deepEqual(
        facts(kept),
        all.filter(([h]) => h < limit),
      );
    }),
  );
});

test('a set holds exactly its triples, also when asked for ids that no triple can have', () => {
  fc.assert(
    fc.property(someFacts(N, R), (all) => {
      const set = tripleSet(columns(all), N, R);
      const known = new Set(all.map((fact) => fact.join()));
      for (let h = -1; h <= N; h++)
        for (let r = -1; r <= 2 * R; r++)
          for (let t = -1; t <= 2 * N; t++)
            assert.equal(set.has(h, r, t), known.has([h, r, t].join()), `${h} ${r} ${t}`);
    }),
  );
});

test('a set tells neighbours apart where head, relation and tail in one number would pass 2^53', () => {
  const [entities, relations] = [3_000_000, 2_000];
  const last = [entities - 1, relations - 1, entities - 1] as const;
  const set = tripleSet(columns([last]), entities, relations);
  assert.equal(set.has(...last), true);
  for (let back = 1; back <= 8; back++) assert.equal(set.has(last[0], last[1], last[2] - back), false);
});
