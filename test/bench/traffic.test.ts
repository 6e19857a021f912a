import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median } from '../../bench/median.js';
import { copiesOf, triplesOf } from '../../bench/traffic/copies.js';
import { measureTraffic } from '../../bench/traffic/run.js';
import { pairedTurns } from '../../bench/traffic/turns.js';
import { useGraph } from '../_neo4j.js';
import { smallDbp5l } from './_smallDbp5l.js';

useGraph();
const data = smallDbp5l();

test('paired turns alternate who goes first, after both have warmed up', async () => {
  const order: string[] = [];
  const paired = await pairedTurns(
    3,
    async () => order.push('p'),
    async () => order.push('r'),
  );
  assert.equal(order.join(''), 'prprrppr');
  assert.ok(paired.product >= 0 && paired.reference >= 0 && paired.ratio > 0);
  assert.deepEqual([median([5, 1, 3]), median([4, 1])], [3, 2.5]);
});

test('copies of a benchmark stand side by side', () => {
  const copies = copiesOf(data, 3);
  assert.equal(triplesOf(copies), 3 * triplesOf(data));
  const [one, three] = [data.graphs.en, copies.graphs.en];
  const { length } = one.train.head;
  for (const i of [0, length, 2 * length + 5]) {
    const moved = Math.floor(i / length) * one.uris.length;
    assert.equal(three.train.head[i], one.train.head[i % length] + moved);
    assert.equal(three.train.relation[i], one.train.relation[i % length]);
  }
  assert.deepEqual(
    copies.links[0].pairs.at(-1),
    data.links[0].pairs.at(-1)?.map((id) => id + 120),
  );
});

test('the database traffic of product and bare driver moves the same rows, around a hub too', async () => {
  const asked = { triples: triplesOf(data) + 1, turns: 1, hub: 1000, target: 'el' };
  const { triples, reading, linking, writing, memory } = await measureTraffic(data, asked, () => undefined);
  assert.equal(triples, 2 * triplesOf(data));
  assert.ok(linking.triples > 0 && linking.triples <= linking.queryTriples);
  assert.equal(writing.vectors, 120);
  for (const { product, reference, ratio } of [reading, linking, writing]) {
    assert.ok(product > 0 && reference > 0);
    assert.ok(Math.abs(ratio - product / reference) < 1e-9);
  }
  assert.deepEqual(
    memory.map(({ step }) => step),
    ['read', 'linked', 'feed', 'predict'],
  );
  for (const { seconds, peakMb } of memory) assert.ok(seconds > 0 && peakMb > 10);
});
