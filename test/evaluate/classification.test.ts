import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KgmentorError } from '../../src/errors.js';
import { classify, fitThresholds } from '../../src/evaluate/classification.js';

const R = 2;
/** Few scores, so that many are equal. */
const someRows = fc.array(
  fc.record({
    score: fc.integer({ min: -3, max: 3 }),
    isTrue: fc.boolean(),
    relation: fc.nat(R - 1),
  }),
  { minLength: 1, maxLength: 60 },
);
type Row = typeof someRows extends fc.Arbitrary<(infer T)[]> ? T : never;
const scores = (rows: readonly Row[]) => rows.map(({ score }) => score);
const truth = (rows: readonly Row[]) => Uint8Array.from(rows, ({ isTrue }) => Number(isTrue));
const relations = (rows: readonly Row[]) => Int32Array.from(rows, ({ relation }) => relation);
const fit = (rows: readonly Row[]) => fitThresholds(scores(rows), truth(rows), relations(rows));
const right = (rows: readonly Row[], threshold: number) =>
  rows.filter(({ score, isTrue }) => score >= threshold === isTrue).length;
/** Below all scores, between any two of them, above all. */
const cuts = [-Infinity, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, Infinity];
const mostRight = (rows: readonly Row[]) => Math.max(...cuts.map((cut) => right(rows, cut)));

test('a threshold tells as many validation facts from negatives as any other', () => {
  fc.assert(
    fc.property(someRows, (rows) => {
      const { global, byRelation } = fit(rows);
      assert.equal(right(rows, global), mostRight(rows));
      for (let r = 0; r < R; r++) {
        const mine = rows.filter(({ relation }) => relation === r);
        const own = byRelation.get(r);
        assert.equal(own !== undefined, mine.filter(({ isTrue }) => isTrue).length >= 10);
        if (own !== undefined) assert.equal(right(mine, own), mostRight(mine));
      }
    }),
    { numRuns: 500 },
  );
});

test('a threshold lies half-way between the scores on both sides', () => {
  const rows = [1, 2, 8, 9].map((score) => ({ score, isTrue: score > 5, relation: 0 }));
  assert.equal(fit(rows).global, 5);
});

test('figures equal their definitions, one row and one pair at a time', () => {
  fc.assert(
    fc.property(someRows, someRows, fc.integer({ min: 1, max: 3 }), (valid, rows, every) => {
      const thresholds = fit(valid);
      const keep = (row: number) => row % every === 0;
      const kept = rows.filter((_, row) => keep(row));
      const isHeld = ({ score, relation }: Row) =>
        score >= (thresholds.byRelation.get(relation) ?? thresholds.global);
      const count = (what: (row: Row) => boolean) => kept.filter(what).length;
      const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
      const both = count((row) => isHeld(row) && row.isTrue);
      const [held, positive] = [count(isHeld), count(({ isTrue }) => isTrue)];
      let pairs = 0;
      for (const a of kept)
        for (const b of kept)
          if (a.isTrue && !b.isTrue) pairs += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
      assert.deepEqual(classify(scores(rows), truth(rows), relations(rows), thresholds, keep), {
        count: kept.length,
        accuracy: share(
          count((row) => isHeld(row) === row.isTrue),
          kept.length,
        ),
        precision: share(both, held),
        recall: share(both, positive),
        f1: share(2 * both, held + positive),
        auc: share(pairs, positive * (kept.length - positive)),
      });
    }),
    { numRuns: 300 },
  );
});

test('where no row counts all figures are 0, not NaN', () => {
  const rows = [{ score: 1, isTrue: true, relation: 0 }];
  const figures = classify(scores(rows), truth(rows), relations(rows), fit(rows), () => false);
  assert.deepEqual(figures, { count: 0, accuracy: 0, precision: 0, recall: 0, f1: 0, auc: 0 });
});

test('without a validation fact no threshold is fitted', () => {
  assert.throws(
    () => fit([]),
    (error: KgmentorError) => error instanceof KgmentorError && error.code === 'NO_DATA',
  );
});
