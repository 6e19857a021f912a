import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { positions, sortBy, valueOrder } from '../../src/kg/sort.js';

const plain = (values: readonly number[]) => values.map((_, i) => i).sort((a, b) => values[a] - values[b]);

test('positions come in the order of their values, those of equal ones in their own', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (values) => {
      const column = Int32Array.from(values);
      assert.deepEqual([...valueOrder(column)], plain(values));
      assert.deepEqual([...sortBy(column, positions(values.length), 10)], plain(values));
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.nat()), (values) => {
      assert.deepEqual([...valueOrder(Int32Array.from(values))], plain(values));
    }),
  );
});
