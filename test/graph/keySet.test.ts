import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeySet } from '../../src/graph/keySet.js';

describe('a set of keys', () => {
  it('knows what was added, as a plain set does', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2 })), (keys) => {
        const [set, plain] = [new KeySet(), new Set<string>()];
        for (const key of keys) {
          assert.equal(set.add(key), !plain.has(key));
          plain.add(key);
        }
      }),
    );
  });

  it('still knows them after it has grown', () => {
    const set = new KeySet();
    for (let i = 0; i < 5000; i++) assert.ok(set.add(`key ${i}`));
    for (let i = 0; i < 5000; i++) assert.ok(!set.add(`key ${i}`));
  });
});
