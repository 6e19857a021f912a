import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Growing } from '../../src/kg/growing.js';

test('a growing column holds what an array would, whichever way it came in', () => {
  const values = fc.array(fc.integer(), { maxLength: 70 });
  const step = fc.oneof(
    fc.record({ push: fc.integer() }),
    fc.record({ append: values }),
    fc.constant({ twice: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const column = new Growing(Float64Array);
      const plain: number[] = [];
      for (const one of steps) {
        if ('push' in one) {
          column.push(one.push);
          plain.push(one.push);
        } else if ('append' in one) {
          column.append(one.append);
          plain.push(...one.append);
        } else {
          column.append(column.view());
          plain.push(...plain);
        }
      }
      assert.equal(column.length, plain.length);
      assert.deepEqual([...column.view()], plain);
      const done = column.done();
      column.push(7);
      column.append([8, 9]);
      assert.deepEqual([...done], plain);
    }),
  );
});
