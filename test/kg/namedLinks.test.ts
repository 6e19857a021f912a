import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameLinks, partLinks, resolveLinks, withLinks } from '../../src/kg/namedLinks.js';
import { datasetOf, someParts } from './_dataset.js';
import { linksOf } from './_links.js';

test('links are found again by name, also under other numbers', () => {
  fc.assert(
    fc.property(someParts, (parts) => {
      const { sources, alignments } = datasetOf(parts);
      const named = nameLinks(sources, alignments);
      assert.deepEqual(resolveLinks(sources, named), alignments);
      const turned = [...sources].reverse();
      const s = (source: number) => sources.length - 1 - source;
      assert.deepEqual(
        linksOf(resolveLinks(turned, named)),
        linksOf(alignments).map((l) => ({
          ...l,
          leftSource: s(l.leftSource),
          rightSource: s(l.rightSource),
        })),
      );
    }),
  );
});

test('a link of which an end is not there is left out', () => {
  const { sources } = datasetOf({ sizes: [1, 1], relations: [], known: [[], []], links: [] });
  const end = { source: 's0', key: sources[0].entities.keys[0] };
  const links = [
    { left: end, right: { source: 's1', key: '["A",9]' }, confidence: 1 },
    { left: end, right: { source: 'other', key: end.key }, confidence: 1 },
  ];
  assert.equal(resolveLinks(sources, links).left.length, 0);
});

test('links are added once, and never beside one of the same ends', () => {
  fc.assert(
    fc.property(someParts, fc.nat(5), (parts, from) => {
      const dataset = datasetOf(parts);
      const all = nameLinks(dataset.sources, dataset.alignments);
      const fewer = { ...dataset, alignments: resolveLinks(dataset.sources, all.slice(from)) };
      const back = all.map((l) => ({ ...l, left: l.right, right: l.left }));
      const grown = withLinks(withLinks(fewer, back), all);
      const ends = ({ left, right }: (typeof all)[number]) =>
        [left, right]
          .map((end) => JSON.stringify(end))
          .sort()
          .join();
      const named = nameLinks(grown.sources, grown.alignments);
      assert.deepEqual(named.slice(0, Math.max(0, all.length - from)), all.slice(from));
      assert.deepEqual(new Set(named.map(ends)), new Set(all.map(ends)));
      const added = named.slice(Math.max(0, all.length - from)).map(ends);
      assert.equal(new Set(added).size, added.length);
      const kept = new Set(all.slice(from).map(ends));
      assert.ok(!added.some((end) => kept.has(end)));
    }),
  );
});

test('links part into named ones, in either direction, and the rest, each in their order', () => {
  fc.assert(
    fc.property(someParts, fc.nat(5), (parts, from) => {
      const dataset = datasetOf(parts);
      const all = nameLinks(dataset.sources, dataset.alignments);
      const back = all.slice(from).map((l) => ({ ...l, left: l.right, right: l.left }));
      const { among, rest } = partLinks(dataset, back);
      const ends = ({ left, right }: (typeof all)[number]) =>
        [left, right]
          .map((end) => JSON.stringify(end))
          .sort()
          .join();
      const wanted = new Set(back.map(ends));
      assert.deepEqual(
        nameLinks(dataset.sources, among),
        all.filter((link) => wanted.has(ends(link))),
      );
      assert.deepEqual(
        nameLinks(dataset.sources, rest),
        all.filter((link) => !wanted.has(ends(link))),
      );
    }),
  );
});
