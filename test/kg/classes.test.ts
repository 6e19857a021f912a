import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { alignments, type Link, linksOf, someLinks } from './_links.js';

const graphs = fc
  .array(fc.nat(4), { minLength: 1, maxLength: 4 })
  .chain((sizes) => fc.record({ sizes: fc.constant(sizes), links: someLinks(sizes) }));

const turned = ({ leftSource, left, rightSource, right, confidence }: Link): Link => ({
  leftSource: rightSource,
  left: right,
  rightSource: leftSource,
  right: left,
  confidence,
});

const ends = ({ leftSource, left, rightSource, right }: Link): [string, string] => [
  `${leftSource}:${left}`,
  `${rightSource}:${right}`,
];

const straight = (link: Link): Link =>
  link.leftSource > link.rightSource || (link.leftSource === link.rightSource && link.left > link.right)
    ? turned(link)
    : link;

const compare = (a: Link, b: Link): number =>
  a.leftSource - b.leftSource ||
  a.left - b.left ||
  a.rightSource - b.rightSource ||
  a.right - b.right ||
  b.confidence - a.confidence;

/** Sets of nodes, merged one link after another as long as `may` allows it; says which links lost. */
function mergePlainly(sizes: readonly number[], links: readonly Link[], may: (merged: string[]) => boolean) {
  let groups = sizes.flatMap((size, s) => Array.from({ length: size }, (_, e) => [`${s}:${e}`]));
  const losers: Link[] = [];
  for (const link of links) {
    const [a, b] = ends(link).map((end) => groups.find((group) => group.includes(end)) as string[]);
    const [one, other] = ends(link);
    if (a === b && one !== other) continue;
    if (may([...a, ...b])) groups = [...groups.filter((group) => group !== a && group !== b), [...a, ...b]];
    else losers.push(link);
  }
  return { groups, losers };
}

const sourceOf = (node: string): string => node.split(':')[0];
const isOneToOne = (nodes: string[]): boolean => new Set(nodes.map(sourceOf)).size === nodes.length;

test('classes, conflicts and soft links are those of merging sets link by link, best first', () => {
  const options = fc.record({
    threshold: fc.constantFrom(undefined, 0.5, 0.75),
    sources: fc.constantFrom<(number[] | undefined)[]>(undefined, [0], [1, 0], [0, 2, 3]),
  });
  fc.assert(
    fc.property(graphs, options, ({ sizes, links }, { threshold = 0, sources }) => {
      const found = linkClasses(sizes, alignments(links), { threshold, sources });
      const chosen = links
        .filter((l) => !sources || (sources.includes(l.leftSource) && sources.includes(l.rightSource)))
        .map(straight);
      const strong = chosen
        .filter((l) => l.confidence >= threshold)
        .sort((a, b) => b.confidence - a.confidence || compare(a, b));
      const { groups, losers } = mergePlainly(sizes, strong, isOneToOne);
      const raw = mergePlainly(sizes, strong, (nodes) => new Set(nodes).size === nodes.length);
      assert.equal(found.count, groups.length);
      for (const group of groups) {
        const ids = group.map((node) => {
          const [source, entity] = node.split(':').map(Number);
          return found.classOf[source][entity];
        });
        assert.equal(new Set(ids).size, 1, `one class for ${group}`);
      }
      assert.equal(found.conflicts, raw.groups.filter((group) => !isOneToOne(group)).length);
      const weak = chosen.filter((l) => l.confidence < threshold);
      assert.deepEqual(linksOf(found.soft), [...weak, ...losers].sort(compare));
    }),
    { numRuns: 300 },
  );
});

test('class ids are dense in the order of the first member', () => {
  fc.assert(
    fc.property(graphs, ({ sizes, links }) => {
      const { classOf, count } = linkClasses(sizes, alignments(links));
      const ids = [...new Set(classOf.flatMap((classes) => [...classes]))];
      assert.deepEqual(
        ids,
        Array.from({ length: count }, (_, i) => i),
      );
    }),
  );
});

test('the order and direction of the links do not matter', () => {
  const shuffled = graphs.chain(({ sizes, links }) =>
    fc.record({
      sizes: fc.constant(sizes),
      links: fc.constant(links),
      other: fc
        .shuffledSubarray(links, { minLength: links.length })
        .chain((order) =>
          fc.tuple(...order.map((link) => fc.boolean().map((turn) => (turn ? turned(link) : link)))),
        ),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ sizes, links, other }) => {
      assert.deepEqual(linkClasses(sizes, alignments(other)), linkClasses(sizes, alignments(links)));
    }),
  );
});

test('a conflict keeps the link of highest confidence and leaves the other one soft', () => {
  const weak = { leftSource: 0, left: 0, rightSource: 1, right: 0, confidence: 0.5 };
  const strong = { leftSource: 0, left: 0, rightSource: 1, right: 1, confidence: 0.75 };
  const { classOf, count, conflicts, soft } = linkClasses([1, 2], alignments([weak, strong]));
  assert.deepEqual(
    classOf.map((classes) => [...classes]),
    [[0], [1, 0]],
  );
  assert.equal(count, 2);
  assert.equal(conflicts, 1);
  assert.deepEqual(linksOf(soft), [weak]);
});

test('a link exactly at the threshold joins, though its confidence is a 32-bit float', () => {
  for (const confidence of [0.1, 0.6, 0.7, 0.9]) {
    const link = { leftSource: 0, left: 0, rightSource: 1, right: 0, confidence };
    assert.equal(linkClasses([1, 1], alignments([link]), { threshold: confidence }).count, 1);
  }
});
