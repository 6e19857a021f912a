import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ConfigInput } from '../../src/config.js';
import { readDataset } from '../../src/graph/dataset.js';
import { splitLinks } from '../../src/kg/linkSample.js';
import { nameLinks } from '../../src/kg/namedLinks.js';
import { useGraph, wipe } from '../_neo4j.js';
import { configOf } from './_films.js';
import { linksOf, type NewNode, type NewRelationship, write } from './_plain.js';

const held = useGraph();
const N = 60;
const INPUT: ConfigInput = {
  sources: {
    a: { nodes: [{ label: 'A', key: 'id', values: { kind: 'IS_A' } }] },
    b: { nodes: [{ label: 'B', key: 'id', values: { kind: 'IS_A' } }] },
  },
  alignments: [{ relationship: 'SAME_AS' }],
};

/** A ring in either source, entity i of one linked to entity i of the other. */
const nodes = (label: string): NewNode[] =>
  Array.from({ length: N }, (_, i) => ({
    at: `${label}${i}`,
    labels: [label],
    properties: { id: BigInt(i), kind: `k${i % 3}` },
  }));
const ring = (label: string): NewRelationship[] =>
  Array.from({ length: N }, (_, i) => [`${label}${i}`, 'NEXT', `${label}${(i + 1) % N}`]);

beforeEach(async () => {
  await wipe(held.graph);
  const links = Array.from({ length: N }, (_, i): NewRelationship => [`A${i}`, 'SAME_AS', `B${i}`]);
  await write(held.graph, [...nodes('A'), ...nodes('B')], [...ring('A'), ...ring('B'), ...links]);
});

const read = (links: number, options = {}) =>
  readDataset(() => held.graph, configOf({ ...INPUT, heldOut: { links } }), options);

describe('links that are withheld', () => {
  it('are chosen by their hash, and are not among the dataset’s; equal values stay linked', async () => {
    const { dataset: all, withheld: none, report: before } = await read(0);
    assert.deepEqual([none.left.length, before.withheld], [0, 0]);
    const { dataset, withheld, report } = await read(0.4);
    const isValue = (key: string) => key.startsWith('["=');
    const names = nameLinks(all.sources, all.alignments);
    const [values, others] = [true, false].map((wanted) =>
      names.filter(({ left }) => isValue(left.key) === wanted),
    );
    assert.deepEqual([values.length, others.length], [3, N]);
    const { chosen } = splitLinks(all, { share: 0.4, purpose: 'held out', key: 'kgmentor' });
    const expected = nameLinks(all.sources, chosen).filter(({ left }) => !isValue(left.key));
    assert.ok(expected.length > 10 && expected.length < 40);
    assert.deepEqual(nameLinks(all.sources, withheld), expected);
    assert.equal(report.withheld, expected.length);
    const keys = new Set(expected.map(({ left }) => left.key));
    assert.deepEqual(
      new Set(nameLinks(dataset.sources, dataset.alignments).map(({ left }) => left.key)),
      new Set(names.map(({ left }) => left.key).filter((key) => !keys.has(key))),
    );
  });

  it('lead nowhere when the linked subgraph is read, unless they are grown again', async () => {
    const around = { target: 'a', hops: 0 } as const;
    const { dataset, withheld } = await read(0.4, { around });
    const kept = new Set(linksOf(dataset).map((link) => link[3]));
    const [, b] = dataset.sources;
    const next = dataset.relations.indexOf('NEXT');
    const facts = (source: typeof b) =>
      [...source.triples.head.keys()].filter((i) => source.triples.relation[i] === next);
    for (const i of facts(b))
      for (const end of [b.triples.head[i], b.triples.tail[i]]) assert.ok(kept.has(b.entities.keys[end]));
    assert.ok(facts(b).length < N);
    const grown = await read(0.4, { around, links: nameLinks(dataset.sources, withheld) });
    assert.equal(facts(grown.dataset.sources[1]).length, N);
    assert.equal(linksOf(grown.dataset).length, N + 3);
  });
});
