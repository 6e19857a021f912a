import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distillationSchema } from '../../src/config.js';
import { matchedLayer } from '../../src/train/distiller.js';
import { distils, isUsed, weightAt } from '../../src/train/schedule.js';

test('a weight is constant, or linear from its first to its last value and no further', () => {
  assert.equal(weightAt(0.5, 0.3), 0.5);
  assert.deepEqual(
    [0, 0.25, 1, 2].map((share) => weightAt({ from: 1, to: 0.5 }, share)),
    [1, 0.875, 0.5, 0.5],
  );
});

test('a weight that is above 0 at any time is used', () => {
  assert.deepEqual([0, 0.1].map(isUsed), [false, true]);
  assert.deepEqual([isUsed({ from: 0, to: 1 }), isUsed({ from: 0, to: 0 })], [true, false]);
  const none = distillationSchema.parse({ feature: 0, network: 0, prediction: 0 });
  assert.equal(distils(none), false);
  assert.equal(distils({ ...none, network: { from: 0, to: 1 } }), true);
});

test('layers of different depths are matched evenly, the last with the last', () => {
  const all = (layers: number, taught: number) =>
    Array.from({ length: layers }, (_, i) => matchedLayer(i, layers, taught));
  assert.deepEqual(all(2, 4), [1, 3]);
  assert.deepEqual(all(4, 2), [0, 0, 1, 1]);
  assert.deepEqual(all(3, 3), [0, 1, 2]);
  assert.deepEqual(all(1, 6), [5]);
});
