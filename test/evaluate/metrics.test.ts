import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { metricsOf } from '../../src/evaluate/metrics.js';

test('a tied mean rank hits where it is at most k', () => {
  assert.deepEqual(metricsOf([1, 1.5, 3, 3.5, 10, 10.5]), {
    count: 6,
    mrr: (1 + 1 / 1.5 + 1 / 3 + 1 / 3.5 + 1 / 10 + 1 / 10.5) / 6,
    hits1: 1 / 6,
    hits3: 3 / 6,
    hits10: 5 / 6,
    meanRank: 29.5 / 6,
  });
});

test('without a query all figures are 0, not NaN', () => {
  const zeros = { count: 0, mrr: 0, hits1: 0, hits3: 0, hits10: 0, meanRank: 0 };
  assert.deepEqual(metricsOf(new Float64Array(0)), zeros);
  assert.deepEqual(
    metricsOf([1, 2], () => false),
    zeros,
  );
});

test('only kept queries count, and figures of two parts average to the whole', () => {
  const ranks = fc.array(
    fc.integer({ min: 2, max: 60 }).map((twice) => twice / 2),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(ranks, fc.integer({ min: 1, max: 3 }), (all, step) => {
      const isFirst = (i: number) => i % step === 0;
      const whole = metricsOf(Float32Array.from(all));
      const first = metricsOf(all, isFirst);
      const rest = metricsOf(all, (i) => !isFirst(i));
      assert.deepEqual(first, metricsOf(all.filter((_, i) => isFirst(i))));
      assert.equal(first.count + rest.count, whole.count);
      for (const figure of ['mrr', 'hits1', 'hits3', 'hits10', 'meanRank'] as const) {
        const average = (first[figure] * first.count + rest[figure] * rest.count) / whole.count;
        assert.ok(Math.abs(average - whole[figure]) < 1e-9, figure);
      }
    }),
  );
});
