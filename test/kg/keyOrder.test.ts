import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyOrder } from '../../src/kg/keyOrder.js';
import { compareKeys, entityKey } from '../../src/kg/keys.js';

/** A plain stable sort. */
const plainOrder = (texts: readonly string[]) =>
  Array.from(texts.keys()).sort((a, b) => compareKeys(texts[a], texts[b]));

/** Few different code units, among them those about 254, over which a place tells no more, and halves of pairs. */
const unit = fc.constantFrom(
  '\0',
  ' ',
  '0',
  '1',
  '9',
  ']',
  'a',
  'ý',
  'þ',
  'ÿ',
  'Ā',
  '日',
  '\ud83d',
  '\ude00',
);
const text = fc.array(unit, { maxLength: 8 }).map((units) => units.join(''));
const texts = fc
  .record({ shared: text, ends: fc.array(text, { maxLength: 120, size: 'max' }) })
  .map(({ shared, ends }) => ends.map((end) => shared + end));

test('texts are in the order of a plain stable sort', () => {
  fc.assert(
    fc.property(texts, (some) => assert.deepEqual([...keyOrder(some)], plainOrder(some))),
    {
      numRuns: 500,
      examples: [[[]], [['']], [['b', 'a', 'a']]],
    },
  );
});

test('many keys that are alike in their first places, numbers and text, are in order', () => {
  const numbers = Array.from({ length: 3000 }, (_, i) => entityKey('Film', [(i * 1777) % 3000]));
  const alike = Array.from(
    { length: 3000 },
    (_, i) => `http://example.org/resource/${(i * 1777) % 997}_日本`,
  );
  for (const some of [numbers, alike, [...alike, ...numbers]])
    assert.deepEqual([...keyOrder(some)], plainOrder(some));
});
