import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pathQueries, reachedBy } from '../../src/evaluate/pathQueries.js';
import type { PathQueries } from '../../src/evaluate/types.js';
import { columns, type Fact, someFacts } from '../kg/_facts.js';
import { plainReach } from '../kg/_reach.js';

const N = 5;
const R = 2;
const EVERYTHING = 2000;

const someSplit = fc.record({
  asked: someFacts(N, R),
  train: someFacts(N, R),
  valid: someFacts(N, R),
  directions: fc.constantFrom('tails' as const, 'both' as const),
  hops: fc.constantFrom(2, 3),
  seed: fc.nat(99),
});
interface Asked {
  readonly asked: readonly Fact[];
  readonly train: readonly Fact[];
  readonly valid: readonly Fact[];
  readonly directions: 'tails' | 'both';
  readonly hops: number;
  readonly seed: number;
}
const queriesOf = (
  { asked, train, valid, directions, hops, seed }: Asked,
  count: number,
  label?: Int32Array,
): PathQueries =>
  pathQueries(columns(asked), [columns(train), columns(valid)], {
    entities: N,
    relations: R,
    hops,
    directions,
    count,
    seed,
    ...(label && { label }),
  });
const asRows = ({ entity, relation, answer }: PathQueries): number[][] =>
  Array.from(entity, (e, i) => [e, ...relation.map((hop) => hop[i]), answer[i]]);

/** All relations one after another, none followed by its inverse. */
const plainPaths = (hops: number, directions: 'tails' | 'both'): number[][] => {
  const relations = [...Array(directions === 'both' ? 2 * R : R).keys()];
  if (hops === 0) return [[]];
  return plainPaths(hops - 1, directions)
    .flatMap((path) => relations.map((r) => [...path, r]))
    .filter((path) => path.length < 2 || Math.abs((path.at(-1) as number) - (path.at(-2) as number)) !== R);
};

/** Every (entity, relations, answer) that all facts reach and the known ones do not. */
const plainQueries = ({ asked, train, valid, directions, hops }: Asked): number[][] =>
  [...Array(N).keys()].flatMap((from) =>
    plainPaths(hops, directions).flatMap((path) => {
      const known = plainReach([...train, ...valid], R, from, path);
      return plainReach([...asked, ...train, ...valid], R, from, path)
        .filter((to) => !known.includes(to))
        .map((to) => [from, ...path, to]);
    }),
  );
const sorted = (rows: number[][]) => rows.map((row) => row.join()).sort();

test('every query needs a held-out fact, and its filter holds the other answers of the whole graph', () => {
  let queried = 0;
  fc.assert(
    fc.property(someSplit, (split) => {
      const queries = queriesOf(split, 30);
      const rows = asRows(queries);
      const allowed = new Set(sorted(plainQueries(split)));
      assert.equal(queries.relation.length, split.hops);
      assert.equal(queries.filter.offset.length, rows.length + 1);
      assert.ok(rows.length <= 30);
      assert.equal(new Set(sorted(rows)).size, rows.length, 'no query stands twice');
      for (const [i, row] of rows.entries()) {
        assert.ok(allowed.has(row.join()), `${row} needs no held-out fact`);
        const { offset, entity } = queries.filter;
        assert.deepEqual(
          [...entity.subarray(offset[i], offset[i + 1])],
          plainReach([...split.asked, ...split.train, ...split.valid], R, row[0], row.slice(1, -1)).filter(
            (to) => to !== row.at(-1),
          ),
        );
      }
      queried += rows.length;
    }),
    { numRuns: 200 },
  );
  assert.ok(queried > 500, `${queried} queries in all`);
});

test('where there are fewer queries than asked for, all are found', () => {
  fc.assert(
    fc.property(someSplit, (split) => {
      const short = { ...split, hops: 2 };
      assert.deepEqual(sorted(asRows(queriesOf(short, EVERYTHING))), sorted(plainQueries(short)));
    }),
    { numRuns: 30 },
  );
});

const fixed = {
  asked: [0, 1, 2, 3, 4].map((h): Fact => [h, 0, (h + 1) % N]),
  train: [0, 1, 2, 3, 4].map((h): Fact => [h, 1, (h * 2) % N]),
  valid: [[0, 0, 3]] as Fact[],
  directions: 'both' as const,
  hops: 3,
  seed: 1,
};

test('paths of three relations are all found as well', () => {
  const rows = sorted(asRows(queriesOf(fixed, EVERYTHING)));
  assert.deepEqual(rows, sorted(plainQueries(fixed)));
  assert.ok(rows.length > 100);
});

test('a sample depends on the seed and not on the order of the facts', () => {
  const rows = asRows(queriesOf(fixed, 20));
  assert.equal(rows.length, 20);
  const turned = { ...fixed, asked: [...fixed.asked].reverse(), train: [...fixed.train].reverse() };
  assert.deepEqual(asRows(queriesOf(turned, 20)), rows);
  assert.notDeepEqual(asRows(queriesOf({ ...fixed, seed: 2 }, 20)), rows);
});

test('candidates are the entities of the class of the answer', () => {
  const label = Int32Array.of(0, 1, 0, 1, 1);
  const queries = queriesOf(fixed, 20, label);
  assert.deepEqual([...(queries.candidates?.set ?? [])], [...queries.answer.map((to) => label[to])]);
  assert.deepEqual(
    queries.candidates?.members.map((members) => [...members]),
    [
      [0, 2],
      [1, 3, 4],
    ],
  );
});

test('an answer is reached by facts that lead to it, and by fewer not', () => {
  fc.assert(
    fc.property(someSplit, someFacts(N, R), (split, background) => {
      const queries = queriesOf(split, 30);
      const reached = (facts: readonly Fact[]) =>
        asRows(queries).map((row) =>
          Number(plainReach(facts, R, row[0], row.slice(1, -1)).includes(row.at(-1) as number)),
        );
      const tables = [columns(split.train), columns(background)];
      assert.deepEqual([...reachedBy(queries, tables, N, R)], reached([...split.train, ...background]));
      assert.ok(reachedBy(queries, [columns(split.train), columns(split.valid)], N, R).every((r) => r === 0));
    }),
  );
});
