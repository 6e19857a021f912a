import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { datasetDigest } from '../../src/kg/digest.js';
import type { Dataset, Triples } from '../../src/kg/types.js';
import { datasetOf, type Parts, someParts } from './_dataset.js';
import { columns, distinct, facts, weightedColumns } from './_facts.js';
import { alignments, type Link, linksOf } from './_links.js';

const shuffled = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: all.length });

/** The same content: sources, labels, facts and links in another order, some links turned. */
const reordered = (dataset: Dataset): fc.Arbitrary<Dataset> =>
  fc
    .record({
      order: shuffled([...dataset.sources.keys()]),
      triples: fc.tuple(...dataset.sources.map(({ triples }) => shuffled(facts(triples)))),
      links: shuffled(linksOf(dataset.alignments)),
      turns: fc.infiniteStream(fc.boolean()),
    })
    .map(({ order, triples, links, turns }) => ({
      relations: dataset.relations,
      sources: order.map((s) => {
        const { name, entities } = dataset.sources[s];
        const labels = [...entities.labels].reverse();
        const label = entities.label.map((id) => labels.indexOf(entities.labels[id]));
        const names = entities.keys.map(() => 'a display name');
        return {
          name,
          entities: { keys: entities.keys, labels, label, names },
          triples: columns(triples[s]),
        };
      }),
      alignments: alignments(
        links.map(({ leftSource, left, rightSource, right, confidence }): Link => {
          const ends = [
            { source: order.indexOf(leftSource), entity: left },
            { source: order.indexOf(rightSource), entity: right },
          ];
          const [one, other] = turns.next().value ? ends.reverse() : ends;
          return {
            leftSource: one.source,
            left: one.entity,
            rightSource: other.source,
            right: other.entity,
            confidence,
          };
        }),
      ),
    }));

test('the order of sources, labels, facts and links and the direction of links do not matter', () => {
  const pairs = someParts
    .map(datasetOf)
    .chain((dataset) => fc.tuple(fc.constant(dataset), reordered(dataset)));
  fc.assert(
    fc.property(pairs, ([dataset, other]) => {
      assert.equal(datasetDigest(other), datasetDigest(dataset));
    }),
  );
});

/** Content without order, as text. */
const contentOf = ({ sizes, relations, known, links }: Parts): string =>
  JSON.stringify([
    sizes,
    relations,
    known.map((all) => distinct(all)),
    links
      .map(({ leftSource, left, rightSource, right, confidence }) =>
        [...[`${leftSource}:${left}`, `${rightSource}:${right}`].sort(), confidence].join(),
      )
      .sort(),
  ]);

test('two datasets have one digest exactly when they have one content', () => {
  const tiny = fc.record({
    sizes: fc.constant([2, 1]),
    relations: fc.constantFrom(['p', 'q'], ['p', 'r']),
    known: fc.tuple(
      fc.subarray<readonly [number, number, number]>([
        [0, 0, 1],
        [1, 1, 0],
      ]),
      fc.subarray<readonly [number, number, number]>([[0, 0, 0]]),
    ),
    links: fc.subarray<Link>([
      { leftSource: 0, left: 0, rightSource: 1, right: 0, confidence: 1 },
      { leftSource: 1, left: 0, rightSource: 0, right: 1, confidence: 0.5 },
    ]),
  });
  fc.assert(
    fc.property(tiny, tiny, (one, other) => {
      const sameDigest = datasetDigest(datasetOf(one)) === datasetDigest(datasetOf(other));
      assert.equal(sameDigest, contentOf(one) === contentOf(other));
    }),
    { numRuns: 300 },
  );
});

test('each part counts: a name, a key, a label, a fact, a link and its confidence', () => {
  const link = { leftSource: 0, left: 0, rightSource: 1, right: 1, confidence: 0.5 };
  const dataset = datasetOf({
    sizes: [2, 2],
    relations: ['p', 'q'],
    known: [[[0, 0, 1]], [[1, 1, 0]]],
    links: [link],
  });
  const [first, second] = dataset.sources;
  const withFirst = (change: Partial<typeof first>): Dataset => ({
    ...dataset,
    sources: [{ ...first, ...change }, second],
  });
  const withEntities = (change: Partial<typeof first.entities>) =>
    withFirst({ entities: { ...first.entities, ...change } });
  const withFacts = (triples: Triples) => withFirst({ triples });
  const withLinks = (...links: Link[]): Dataset => ({ ...dataset, alignments: alignments(links) });
  const others = [
    dataset,
    { ...dataset, relations: ['p', 'r'] },
    withFirst({ name: 's2' }),
    withEntities({ keys: [first.entities.keys[0], `${first.entities.keys[1]}x`] }),
    withEntities({ label: first.entities.label.map(() => 0) }),
    withEntities({ labels: ['B', 'C'] }),
    withFacts(columns([])),
    withFacts(columns([[1, 0, 0]])),
    withFacts(columns([[0, 1, 1]])),
    withFacts(weightedColumns([[0, 0, 1, 2]])),
    withFacts(weightedColumns([[0, 0, 1, 3]])),
    withLinks(),
    withLinks({ ...link, right: 0 }),
    withLinks({ ...link, left: 1 }),
    withLinks({ ...link, confidence: 0.75 }),
    withLinks({ ...link, rightSource: 0 }),
  ];
  assert.equal(new Set(others.map(datasetDigest)).size, others.length);
  assert.equal(datasetDigest(withFacts(weightedColumns([[0, 0, 1, 1]]))), datasetDigest(dataset));
});
