import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitByHash } from '../../src/kg/split.js';
import type { Split } from '../../src/kg/types.js';
import { columns, type Fact, facts, someFacts } from './_facts.js';

type Side = keyof Split;
const sides: readonly Side[] = ['train', 'valid', 'test'];
const R = 2;

/** HMAC by its definition (RFC 2104), for keys up to one block of 64 bytes. */
function hmac(key: string, text: string): Buffer {
  const block = Buffer.alloc(64);
  block.write(key);
  const half = (mask: number, rest: Buffer) =>
    createHash('sha256')
      .update(block.map((byte) => byte ^ mask))
      .update(rest)
      .digest();
  return half(0x5c, half(0x36, Buffer.from(text)));
}

/** Named facts, so that they are the same ones under other ids. */
type Named = readonly [string, string, string];

function sideOfEach(
  known: readonly Fact[],
  keys: readonly string[],
  relations: readonly string[],
  options: { valid: number; test: number; key: string },
): Map<string, Side> {
  const split = splitByHash(columns(known), keys, relations, options);
  return new Map(
    sides.flatMap((side) =>
      facts(split[side]).map(([h, r, t]): [string, Side] => {
        const named: Named = [keys[h], relations[r], keys[t]];
        return [JSON.stringify(named), side];
      }),
    ),
  );
}

const names = (least: number) => fc.uniqueArray(fc.string(), { minLength: least, maxLength: least + 3 });
const graphs = fc.tuple(names(1), names(R)).chain(([keys, relations]) =>
  fc.record({
    keys: fc.constant(keys),
    relations: fc.constant(relations),
    known: someFacts(keys.length, relations.length),
  }),
);
const shares = fc.record({
  valid: fc.constantFrom(0, 0.1, 0.5),
  test: fc.constantFrom(0, 0.1, 0.5),
  key: fc.constantFrom('', 'kgmentor', 'ключ'),
});

test('the side of a fact is the place of its HMAC among the shares, and each side keeps the order', () => {
  fc.assert(
    fc.property(graphs, shares, ({ keys, relations, known }, options) => {
      const split = splitByHash(columns(known), keys, relations, options);
      const sideOf = ([h, r, t]: Fact): Side => {
        const place =
          hmac(options.key, JSON.stringify([keys[h], relations[r], keys[t]])).readUInt32BE() / 2 ** 32;
        return place < options.test ? 'test' : place < options.test + options.valid ? 'valid' : 'train';
      };
      for (const side of sides)
        assert.deepEqual(
          facts(split[side]),
          known.filter((fact) => sideOf(fact) === side),
        );
    }),
  );
});

test('a fact stays on its side when the graph grows and entities, relations and facts are numbered anew', () => {
  const options = { valid: 0.3, test: 0.3, key: 'kgmentor' };
  const grown = graphs.chain((small) => {
    const others = (taken: readonly string[]) =>
      fc.uniqueArray(fc.string().filter((name) => !taken.includes(name)));
    return fc.tuple(others(small.keys), others(small.relations)).chain(([moreKeys, moreRelations]) =>
      fc
        .record({
          keys: fc.shuffledSubarray([...small.keys, ...moreKeys], {
            minLength: small.keys.length + moreKeys.length,
          }),
          relations: fc.shuffledSubarray([...small.relations, ...moreRelations], {
            minLength: small.relations.length + moreRelations.length,
          }),
        })
        .chain(({ keys, relations }) => {
          const same = small.known.map(
            ([h, r, t]): Fact => [
              keys.indexOf(small.keys[h]),
              relations.indexOf(small.relations[r]),
              keys.indexOf(small.keys[t]),
            ],
          );
          return someFacts(keys.length, relations.length)
            .chain((more) =>
              fc.shuffledSubarray([...same, ...more], { minLength: same.length + more.length }),
            )
            .map((known) => ({ small, large: { keys, relations, known } }));
        }),
    );
  });
  fc.assert(
    fc.property(grown, ({ small, large }) => {
      const before = sideOfEach(small.known, small.keys, small.relations, options);
      const after = sideOfEach(large.known, large.keys, large.relations, options);
      for (const [fact, side] of before) assert.equal(after.get(fact), side, fact);
    }),
  );
});

test('the sides have the shares that are asked for, and another key holds other facts out', () => {
  const keys = Array.from({ length: 100 }, (_, i) => `e${i}`);
  const known = keys.flatMap((_, h) => keys.map((_, t): Fact => [h, 0, t]));
  const split = splitByHash(columns(known), keys, ['r'], { valid: 0.1, test: 0.2, key: 'one' });
  // 10,000 facts: five standard deviations of the larger side are 0.02.
  assert.ok(Math.abs(split.valid.head.length / known.length - 0.1) < 0.02);
  assert.ok(Math.abs(split.test.head.length / known.length - 0.2) < 0.02);
  const other = splitByHash(columns(known), keys, ['r'], { valid: 0.1, test: 0.2, key: 'two' });
  const held = new Set(facts(split.test).map(String));
  const both = facts(other.test).filter((fact) => held.has(String(fact))).length;
  assert.ok(Math.abs(both / known.length - 0.2 * 0.2) < 0.02, 'independent choices');
});
