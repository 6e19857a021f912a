import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withHardNegatives } from '../../src/evaluate/hardNegatives.js';
import { columns, type Fact, facts, someFacts } from '../kg/_facts.js';

const N = 5;
const R = 2;
const options = { entities: N, relations: R, seed: 1 };
const someSplit = fc.record({
  asked: someFacts(N, R),
  train: someFacts(N, R),
  other: someFacts(N, R),
  seed: fc.nat(99),
});
const has = (all: readonly Fact[], fact: Fact) => all.some((other) => other.join() === fact.join());
const freeTails = (fact: Fact, asked: readonly Fact[], train: readonly Fact[], other: readonly Fact[]) =>
  [...Array(N).keys()].filter(
    (t) =>
      train.some((known) => known[1] === fact[1] && known[2] === t) &&
      !has([...asked, ...train, ...other], [fact[0], fact[1], t]),
  );

test('each fact has a false counterpart of the right type where there is one', () => {
  fc.assert(
    fc.property(someSplit, ({ asked, train, other, seed }) => {
      const labelled = withHardNegatives(columns(asked), columns(train), [columns(train), columns(other)], {
        ...options,
        seed,
      });
      const kept = asked.filter((fact) => freeTails(fact, asked, train, other).length > 0);
      const rows = facts(labelled.facts);
      assert.deepEqual(rows.slice(0, kept.length), kept);
      assert.equal(rows.length, 2 * kept.length);
      assert.equal(labelled.without, asked.length - kept.length);
      assert.deepEqual([...labelled.truth], [...kept.map(() => 1), ...kept.map(() => 0)]);
      for (const [i, fact] of kept.entries()) {
        const [h, r, t] = rows[kept.length + i];
        assert.deepEqual([h, r], [fact[0], fact[1]]);
        assert.ok(freeTails(fact, asked, train, other).includes(t));
      }
    }),
    { numRuns: 300 },
  );
});

test('all entities of the right type are drawn about equally often', () => {
  const train = [0, 1, 2, 3].map((t): Fact => [4, 0, t]);
  const count = [0, 0, 0, 0];
  for (let seed = 0; seed < 900; seed++)
    count[withHardNegatives(columns([[0, 0, 1]]), columns(train), [], { ...options, seed }).facts.tail[1]]++;
  assert.equal(count[1], 0);
  for (const t of [0, 2, 3]) assert.ok(Math.abs(count[t] - 300) < 60, count.join());
});

test('a counterpart depends on the seed and the fact, not on the place of the fact', () => {
  const train = [0, 1, 2, 3, 4].flatMap((t): Fact[] => [
    [t, 0, t],
    [t, 1, t],
  ]);
  const asked = [0, 1, 2, 3].flatMap((h): Fact[] => [
    [h, 0, (h + 1) % N],
    [h, 1, (h + 2) % N],
  ]);
  const negatives = (of: readonly Fact[], seed: number) =>
    facts(withHardNegatives(columns(of), columns(train), [columns(train)], { ...options, seed }).facts).slice(
      of.length,
    );
  assert.deepEqual(negatives([...asked].reverse(), 1).reverse(), negatives(asked, 1));
  assert.notDeepEqual(negatives(asked, 2), negatives(asked, 1));
});
