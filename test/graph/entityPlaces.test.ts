import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entityIndex } from '../../src/graph/entityIndex.js';
import { EntityPlaces, placeIndex } from '../../src/graph/entityPlaces.js';

test('entities are found among the sources of their own database, a node of two as the earlier one', () => {
  const places = new EntityPlaces([3, 2, 3]);
  assert.deepEqual([...places.source], [0, 0, 0, 1, 1, 2, 2, 2]);
  assert.deepEqual([...places.first], [0, 3, 5]);
  const at = placeIndex(places, [
    { i: 0, ids: Float64Array.of(7, -1, 9) },
    { i: 2, ids: Float64Array.of(8, 7, 5) },
  ]);
  assert.deepEqual(
    [5, 6, 7, 8, 9, -1, 10].map((id) => at.get(id)),
    [7, undefined, 0, 5, 2, undefined, undefined],
  );
  assert.equal(placeIndex(places, [{ i: 1, ids: Float64Array.of(7, 8) }]).get(7), 3);
});

test('ids far apart are found as dense ones are', () => {
  for (const far of [0, 2 ** 40]) {
    const at = entityIndex(Float64Array.of(-1, far, far + 3, far, -1));
    assert.deepEqual(
      [far, far + 1, far + 3].map((id) => at.get(id)),
      [1, undefined, 2],
    );
    assert.deepEqual([at.has(far + 3), at.has(far + 2), at.has(-1)], [true, false, false]);
  }
});
