import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  adjacency,
  lowerBound,
  mergeTriples,
  sourceBit,
  tailsOf,
  withReciprocals,
} from '../../src/kg/csr.js';
import { columns, distinct, type Fact, facts, someFacts } from './_facts.js';

const N = 4;
const R = 3;
const someSourced = someFacts(N, R).chain((all) =>
  fc.record({
    all: fc.constant(all),
    source: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: all.length, maxLength: all.length }),
  }),
);

/** All the sources of a fact's rows. */
const heldBy = (all: readonly Fact[], source: readonly number[], fact: Fact): number =>
  all.reduce((mask, other, i) => (other.join() === fact.join() ? mask | source[i] : mask), 0);

test('merged triples stand once, held by all the sources of their rows', () => {
  fc.assert(
    fc.property(someSourced, ({ all, source }) => {
      const merged = mergeTriples(columns(all), Int32Array.from(source), N, R);
      assert.deepEqual(facts(merged.triples), distinct(all));
      assert.deepEqual(
        [...merged.source],
        distinct(all).map((fact) => heldBy(all, source, fact)),
      );
    }),
  );
});

test('an adjacency holds each triple in both directions, by row, relation and tail', () => {
  fc.assert(
    fc.property(someSourced, ({ all, source }) => {
      const graph = adjacency({
        triples: columns(all),
        rows: N,
        relations: R,
        source: Int32Array.from(source),
      });
      const both = [...all, ...all.map(([h, r, t]): Fact => [t, r + R, h])];
      const found: Fact[] = [];
      for (let row = 0; row < N; row++)
        for (let i = graph.offset[row]; i < graph.offset[row + 1]; i++)
          found.push([row, graph.relation[i], graph.tail[i]]);
      assert.deepEqual(found, distinct(both));
      assert.equal(graph.relations, 2 * R);
      assert.deepEqual(
        [...(graph.source as Int32Array)],
        distinct(both).map((edge) => heldBy(both, [...source, ...source], edge)),
      );
    }),
  );
});

test('the tails of a row and a relation are its answers, none where it has none', () => {
  fc.assert(
    fc.property(someFacts(N, R), (all) => {
      const graph = adjacency({ triples: columns(all), rows: N, relations: R });
      assert.equal(graph.source, undefined);
      const both = distinct(facts(withReciprocals(columns(all), R)));
      for (let row = 0; row < N; row++)
        for (let relation = 0; relation < 2 * R; relation++)
          assert.deepEqual(
            [...tailsOf(graph, row, relation)],
            both.filter(([h, r]) => h === row && r === relation).map(([, , t]) => t),
          );
    }),
  );
});

test('a lower bound is the first position with at least the value', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), fc.nat(10), (values, value) => {
      const sorted = Int32Array.from(values).sort();
      const found = lowerBound(sorted, value, 0, sorted.length);
      assert.equal(found, sorted.filter((v) => v < value).length);
    }),
  );
});

test('31 sources have a bit each, and none of them is the sign', () => {
  const bits = [...Array(31).keys()].map(sourceBit);
  assert.equal(new Set(bits).size, 31);
  assert.ok(bits.every((bit) => bit > 0));
});
