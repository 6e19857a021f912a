import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keepLinks, linkPlaces, splitLinks, spoilLinks } from '../../src/kg/linkSample.js';
import { nameLinks } from '../../src/kg/namedLinks.js';
import type { Dataset } from '../../src/kg/types.js';
import { datasetOf, someParts } from './_dataset.js';
import { alignments, type Link, linksOf } from './_links.js';

/** A link by name, the same in either direction. */
const nameOf = (link: ReturnType<typeof nameLinks>[number]): string =>
  [link.left, link.right]
    .map((end) => JSON.stringify([end.source, end.key]))
    .sort()
    .join();
const namesOf = ({ sources }: Dataset, links: Dataset['alignments']): string[] =>
  nameLinks(sources, links).map(nameOf);
const cross = (dataset: Dataset): Dataset => ({
  ...dataset,
  alignments: alignments(linksOf(dataset.alignments).filter((l) => l.leftSource !== l.rightSource)),
});
const turned = (link: Link): Link => ({
  leftSource: link.rightSource,
  left: link.right,
  rightSource: link.leftSource,
  right: link.left,
  confidence: link.confidence,
});

/** Two sources of `size` entities, entity i of one linked to entity i of the other. */
const pairs = (size: number): Dataset => {
  const dataset = datasetOf({ sizes: [size, size], relations: [], known: [[], []], links: [] });
  const links = Array.from({ length: size }, (_, i) => ({
    leftSource: 0,
    left: i,
    rightSource: 1,
    right: i,
    confidence: 0.5,
  }));
  return { ...dataset, alignments: alignments(links) };
};

test('a link is on the same side whatever the order, direction and neighbours of the links', () => {
  const options = { share: 0.5, purpose: 'held out', key: 'a test' } as const;
  fc.assert(
    fc.property(someParts, fc.nat(1000), (parts, seed) => {
      const dataset = datasetOf(parts);
      const { chosen, rest } = splitLinks(dataset, options);
      const isChosen = new Set(namesOf(dataset, chosen));
      assert.equal(chosen.left.length + rest.left.length, parts.links.length);
      for (const name of namesOf(dataset, rest)) assert.ok(!isChosen.has(name));
      const some = parts.links.filter((_, i) => (i * 7 + seed) % 3 > 0).reverse();
      const other = { ...dataset, alignments: alignments(some.map((l, i) => (i % 2 ? l : turned(l)))) };
      const again = splitLinks(other, options);
      for (const name of namesOf(other, again.chosen)) assert.ok(isChosen.has(name));
      for (const name of namesOf(other, again.rest)) assert.ok(!isChosen.has(name));
    }),
  );
});

test('shares nest and are as large as asked for; purposes and keys choose independently', () => {
  const dataset = pairs(10_000);
  const kept = (share: number, seed: number) =>
    new Set(namesOf(dataset, keepLinks(dataset, { share, seed }).alignments));
  const [small, large, other] = [kept(0.2, 1), kept(0.5, 1), kept(0.5, 2)];
  // Five standard deviations of 10,000 draws are 0.025 at most.
  assert.ok(Math.abs(small.size / 10_000 - 0.2) < 0.025);
  assert.ok(Math.abs(large.size / 10_000 - 0.5) < 0.025);
  for (const name of small) assert.ok(large.has(name));
  const both = (a: Set<string>, b: Set<string>) => [...a].filter((name) => b.has(name)).length / 10_000;
  assert.ok(Math.abs(both(large, other) - 0.25) < 0.025);
  const held = splitLinks(dataset, { share: 0.5, purpose: 'held out', key: '1' }).chosen;
  assert.ok(Math.abs(both(large, new Set(namesOf(dataset, held))) - 0.25) < 0.025);
  for (const place of linkPlaces(dataset, 'kept', '1')) assert.ok(place >= 0 && place < 1);
});

test('all and none of the links are kept at the shares 1 and 0', () => {
  const dataset = pairs(100);
  assert.deepEqual(keepLinks(dataset, { share: 1, seed: 1 }), dataset);
  assert.equal(keepLinks(dataset, { share: 0, seed: 1 }).alignments.left.length, 0);
});

test('a share of the links is made wrong, by an entity of the same label that is not linked there', () => {
  const dataset = pairs(2000);
  const spoilt = spoilLinks(dataset, { share: 0.1, seed: 1 });
  const before = linksOf(dataset.alignments);
  const after = linksOf(spoilt.alignments);
  const wrong = after.filter((link, i) => JSON.stringify(link) !== JSON.stringify(before[i]));
  assert.ok(Math.abs(wrong.length / 2000 - 0.1) < 0.035, `${wrong.length} of 2000`);
  for (const [i, link] of after.entries()) {
    assert.equal(link.confidence, before[i].confidence);
    if (!wrong.includes(link)) continue;
    assert.notEqual(link.left, link.right);
    assert.ok(link.left === before[i].left || link.right === before[i].right, 'one end stays');
    const label = (s: number, e: number) => dataset.sources[s].entities.label[e];
    assert.equal(label(0, link.left), label(0, before[i].left));
    assert.equal(label(1, link.right), label(1, before[i].right));
  }
});

test('which links become wrong, and how, does not depend on their order', () => {
  fc.assert(
    fc.property(someParts, (parts) => {
      const dataset = cross(datasetOf(parts));
      const links = linksOf(dataset.alignments);
      const other = { ...dataset, alignments: alignments([...links].reverse().map(turned)) };
      const options = { share: 0.5, seed: 3 };
      assert.deepEqual(
        namesOf(other, spoilLinks(other, options).alignments).reverse(),
        namesOf(dataset, spoilLinks(dataset, options).alignments),
      );
    }),
  );
});
