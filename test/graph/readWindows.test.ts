import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readWindows } from '../../src/graph/readWindows.js';

describe('windows of nodes', () => {
  it('hold every node once, in order, and no more relationships than they may', () => {
    const degrees = fc.array(fc.nat({ max: 12 }), { maxLength: 60 });
    fc.assert(
      fc.property(degrees, fc.integer({ min: 1, max: 15 }), (list, most) => {
        const { windows, hubs } = readWindows([...list.keys()], list, most);
        for (const window of windows) {
          assert.ok(window.length > 0);
          assert.ok(window.reduce((sum, id) => sum + list[id], 0) <= most);
        }
        const isHub = (id: number) => list[id] > most;
        assert.deepEqual(
          windows.flat(),
          [...list.keys()].filter((id) => !isHub(id)),
        );
        assert.deepEqual(hubs, [...list.keys()].filter(isHub).map(BigInt));
      }),
    );
  });

  it('hold 5,000 nodes at most', () => {
    const { windows } = readWindows(new Float64Array(12_001), new Float64Array(12_001));
    assert.deepEqual(
      windows.map(({ length }) => length),
      [5000, 5000, 2001],
    );
  });
});
