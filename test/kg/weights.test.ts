import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { jointGraph } from '../../src/kg/joint.js';
import { teacherGraph } from '../../src/kg/linkModes.js';
import { splitByHash } from '../../src/kg/split.js';
import { linkedSubgraph } from '../../src/kg/subgraph.js';
import {
  concatTriples,
  dedupeTriples,
  filterTriples,
  pickTriples,
  sortTriples,
} from '../../src/kg/triples.js';
import { meanWeight, relativeWeights } from '../../src/kg/weights.js';
import {
  columns,
  compareFacts,
  heaviest,
  someFacts,
  someWeighted,
  type Weighted,
  weighted,
  weightedColumns,
} from './_facts.js';
import { alignments, someLinks } from './_links.js';

const N = 4;
const R = 3;
const positive = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).filter((x) => x > 0);
const given = fc.array(fc.option(positive, { nil: Number.NaN })).map((all) => Float64Array.from(all));

test('the mean of weights is the same in any order, within their range, and finite for the largest', () => {
  const orders = given.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
  );
  fc.assert(
    fc.property(orders, ([all, other]) => {
      const mean = meanWeight(all);
      assert.equal(meanWeight(Float64Array.from(other)), mean);
      const present = [...all].filter((x) => !Number.isNaN(x));
      if (present.length === 0) assert.equal(mean, 1);
      else
        assert.ok(
          mean >= Math.min(...present) * (1 - 1e-12) && mean <= Math.max(...present) * (1 + 1e-12),
          `${mean}`,
        );
    }),
  );
  assert.equal(meanWeight(Float64Array.of(1e308, 1e308, Number.NaN)), 1e308);
  assert.equal(meanWeight(Float64Array.of(5, 1)), 3);
});

test('relative weights have the mean 1, do not change with the scale, and are never 0', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.double({ min: 0.1, max: 10, noNaN: true }), { nil: Number.NaN }), {
        minLength: 1,
      }),
      fc.integer({ min: -300, max: 300 }),
      (values, exponent) => {
        const all = Float64Array.from(values);
        const relative = relativeWeights(all, meanWeight(all));
        const present = [...relative].filter((_, i) => !Number.isNaN(all[i]));
        for (const [i, value] of all.entries()) if (Number.isNaN(value)) assert.equal(relative[i], 1);
        const sum = present.reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - present.length) < 1e-5 * all.length, `${sum} of ${present.length}`);
        // Powers of two change no digit.
        const scaled = all.map((value) => value * 2 ** exponent);
        assert.deepEqual(relativeWeights(scaled, meanWeight(scaled)), relative);
      },
    ),
  );
  fc.assert(
    fc.property(given, (all) =>
      relativeWeights(all, meanWeight(all)).every((weight) => weight > 0 && Number.isFinite(weight)),
    ),
  );
});

test('weights stay with their facts when these are picked, sorted and let through', () => {
  fc.assert(
    fc.property(someWeighted(N, R), fc.nat(N), (all, limit) => {
      const input = weightedColumns(all);
      const rows = [...all.keys()].reverse();
      assert.deepEqual(weighted(pickTriples(input, rows)), [...all].reverse());
      const sorted = weighted(sortTriples(input, N, R));
      const byFact = (a: Weighted, b: Weighted) => compareFacts([a[0], a[1], a[2]], [b[0], b[1], b[2]]) || 0;
      assert.deepEqual(sorted, [...all].sort(byFact));
      assert.deepEqual(
        weighted(filterTriples(input, (i) => all[i][0] < limit)),
        all.filter(([h]) => h < limit),
      );
    }),
  );
});

test('of a repeated fact the largest weight stays', () => {
  fc.assert(
    fc.property(someWeighted(N, R), (all) => {
      assert.deepEqual(weighted(dedupeTriples(weightedColumns(all), N, R)), heaviest(all));
    }),
  );
});

test('beside a table with weights the facts of one without have the weight 1, and none alone has any', () => {
  fc.assert(
    fc.property(someWeighted(N, R), someFacts(N, R), (all, plain) => {
      const joined = concatTriples([columns(plain), weightedColumns(all), columns(plain)]);
      const ones = plain.map(([h, r, t]): Weighted => [h, r, t, 1]);
      assert.deepEqual(weighted(joined), [...ones, ...all, ...ones]);
      for (const table of [
        concatTriples([columns(plain), columns(plain)]),
        dedupeTriples(columns(plain), N, R),
        pickTriples(columns(plain), []),
      ])
        assert.ok(!('weight' in table));
    }),
  );
});

test('each side of a split keeps the weights of its facts', () => {
  fc.assert(
    fc.property(someWeighted(N, R), (some) => {
      const all = heaviest(some);
      const split = splitByHash(weightedColumns(all), ['a', 'b', 'c', 'd'], ['p', 'q', 'r'], {
        valid: 0.3,
        test: 0.3,
        key: 'k',
      });
      const sides = [split.train, split.valid, split.test].flatMap(weighted);
      assert.deepEqual(sides.map(String).sort(), all.map(String).sort());
    }),
  );
});

const graphs = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 3 }).chain((sizes) =>
  fc.record({
    sizes: fc.constant(sizes),
    links: someLinks(sizes),
    known: fc.tuple(...sizes.map((size) => someWeighted(size, R))),
    plain: fc.nat(sizes.length - 1),
  }),
);

test('the joint graph and the linked subgraph keep the largest weight that sources give a fact', () => {
  fc.assert(
    fc.property(graphs, ({ sizes, links, known, plain }) => {
      const { classOf, count } = linkClasses(sizes, alignments(links));
      // One source has no weights.
      const given = known.map((all, s) =>
        s === plain ? all.map(([h, r, t]): Weighted => [h, r, t, 1]) : all,
      );
      const tables = known.map((all, s) =>
        s === plain ? columns(all.map(([h, r, t]) => [h, r, t] as const)) : weightedColumns(all),
      );
      const onRows = (s: number, rowOf: Int32Array) =>
        given[s].map(([h, r, t, w]): Weighted => [rowOf[h], r, rowOf[t], w]);
      const joint = jointGraph(
        sizes.map((entities, s) => ({ name: `s${s}`, entities, triples: tables[s] })),
        classOf,
        R,
      );
      assert.deepEqual(weighted(joint.triples), heaviest(sizes.flatMap((_, s) => onRows(s, joint.rowOf[s]))));
      const { background, extraClass } = linkedSubgraph({
        target: { name: 's0', entities: sizes[0], train: tables[0] },
        others: sizes.slice(1).map((_, i) => ({
          name: `s${i + 1}`,
          triples: tables[i + 1],
          classOf: classOf[i + 1],
        })),
        targetClassOf: classOf[0],
        classes: count,
        relations: R,
        hops: 1,
      });
      const rowOfClass = new Map(
        [...classOf[0], ...extraClass].map((id, row): [number, number] => [id, row]).reverse(),
      );
      const expected = sizes.slice(1).flatMap((_, i) =>
        onRows(i + 1, classOf[i + 1]).flatMap(([h, r, t, w]): Weighted[] => {
          const [a, b] = [rowOfClass.get(h), rowOfClass.get(t)];
          const anchored = classOf[0].includes(h) || classOf[0].includes(t);
          return anchored && a !== undefined && b !== undefined ? [[a, r, b, w]] : [];
        }),
      );
      assert.deepEqual(weighted(background), heaviest(expected));
    }),
  );
});

test('a fact copied along links has the weight of the one that it was copied from, the largest of several', () => {
  fc.assert(
    fc.property(graphs, ({ sizes, links, known }) => {
      const classes = linkClasses(sizes, alignments(links));
      const { joint } = teacherGraph({
        sources: sizes.map((entities, index) => ({
          name: `s${index}`,
          index,
          entities,
          triples: weightedColumns(known[index]),
        })),
        classes,
        alignments: alignments(links),
        relations: ['p', 'q', 'r'],
        mode: 'swap',
      });
      const classOfRow = classes.classOf.flatMap((ids) => [...ids]);
      const members = (row: number) =>
        [...classOfRow.keys()].filter((other) => classOfRow[other] === classOfRow[row]);
      const from = sizes.map((_, s) => sizes.slice(0, s).reduce((a, b) => a + b, 0));
      const own = known.flatMap((all, s) =>
        all.map(([h, r, t, w]): Weighted => [from[s] + h, r, from[s] + t, w]),
      );
      const copies = heaviest(own).flatMap(([h, r, t, w]) => [
        ...members(h).map((other): Weighted => [other, r, t, w]),
        ...members(t).map((other): Weighted => [h, r, other, w]),
      ]);
      assert.deepEqual(weighted(joint.triples), heaviest([...own, ...copies]));
    }),
  );
});
