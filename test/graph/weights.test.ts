import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ConfigInput } from '../../src/config.js';
import { readDataset } from '../../src/graph/dataset.js';
import { datasetDigest } from '../../src/kg/digest.js';
import type { Dataset } from '../../src/kg/types.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { configOf } from './_films.js';
import { type NewNode, type NewRelationship, write } from './_plain.js';

const held = useGraph();
beforeEach(() => wipe(held.graph));

const read = (input: ConfigInput, options = {}) => readDataset(() => held.graph, configOf(input), options);

const NODES: NewNode[] = [
  ...['a', 'b', 'c'].map((at) => ({ at, labels: ['Person'], properties: { id: at } })),
  ...['x', 'y', 'z'].map((at) => ({ at, labels: ['Film'], properties: { id: at } })),
];

/** Integers, floats, facts without a weight, repeated ones, and a type that weighs by another property or none. */
const RELATIONSHIPS: NewRelationship[] = [
  ['a', 'RATED', 'x', { stars: 1n }],
  ['a', 'RATED', 'y', { stars: 4.5 }],
  ['b', 'RATED', 'x'],
  ['b', 'RATED', 'y', { stars: 2n }],
  ['b', 'RATED', 'y', { stars: 3n, times: 'often' }],
  ['b', 'RATED', 'y'],
  ['c', 'RATED', 'z', { stars: 0.5 }],
  ['a', 'SAW', 'x', { times: 300n }],
  ['b', 'SAW', 'x', { times: 100n }],
  ['c', 'SAW', 'x', { stars: 'none' }],
  ['a', '__proto__', 'c', { stars: 2n ** 60n }],
  ['c', '__proto__', 'a', { stars: 2n ** 58n }],
  ['a', 'KNOWS', 'b'],
];

const config = (relations: object): ConfigInput => ({
  sources: {
    films: {
      nodes: [
        { label: 'Person', key: 'id' },
        { label: 'Film', key: 'id' },
      ],
      relations,
    },
  },
});

/** `head relation tail` → weight. */
function weightsOf({ sources, relations }: Dataset, source = 0): Record<string, number> {
  const { entities, triples } = sources[source];
  const id = (entity: number) => JSON.parse(entities.keys[entity])[1];
  return Object.fromEntries(
    Array.from(triples.head, (h, i) => [
      `${id(h)} ${relations[triples.relation[i]]} ${id(triples.tail[i])}`,
      Number((triples.weight?.[i] ?? Number.NaN).toFixed(5)),
    ]),
  );
}

const round = (value: number) => Number(value.toFixed(5));
// The mean of the five that are given: 1, 4.5, 2, 3, 0.5.
const STARS = {
  'a RATED x': round(1 / 2.2),
  'a RATED y': round(4.5 / 2.2),
  'b RATED x': 1,
  'b RATED y': round(3 / 2.2),
  'c RATED z': round(0.5 / 2.2),
};
const PROTO = { 'a __proto__ c': 1.6, 'c __proto__ a': 0.4 };
const SEEN = { 'a SAW x': 1.5, 'b SAW x': 0.5, 'c SAW x': 1 };

describe('the weights of facts', () => {
  it('are one property of all relationship types, relative to the mean of each', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset, means } = await read(config({ weight: 'stars', exclude: ['SAW'] }));
    assert.deepEqual(weightsOf(dataset), { ...STARS, ...PROTO, 'a KNOWS b': 1 });
    assert.equal(round(means.films.RATED), 2.2);
    assert.equal(Object.getOwnPropertyDescriptor(means.films, '__proto__')?.value, 1.25 * 2 ** 59);
  });

  it('are a property by type, others weigh 1, and each type of a shared relation has its own scale', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset } = await read(
      config({ weight: { RATED: 'stars', SAW: 'times' }, map: { SAW: 'RATED' } }),
    );
    const one = 'a __proto__ c,c __proto__ a,a KNOWS b'.split(',').map((fact) => [fact, 1]);
    assert.deepEqual(weightsOf(dataset), {
      ...STARS,
      ...Object.fromEntries(one),
      // Said by both types: the larger of the two.
      'a RATED x': Math.max(STARS['a RATED x'], SEEN['a SAW x']),
      'b RATED x': Math.max(STARS['b RATED x'], SEEN['b SAW x']),
      'c RATED x': SEEN['c SAW x'],
    });
  });

  it('are not there unless they are asked for', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset, means } = await read(config({}));
    assert.ok(!('weight' in dataset.sources[0].triples));
    assert.deepEqual(means, { films: {} });
  });

  it('have the same bits after the same graph was imported in another order, and count for the digest', async () => {
    const many: NewRelationship[] = Array.from({ length: 60 }, (_, i) => [
      'abc'[i % 3],
      `R${i % 2}`,
      'xyz'[Math.floor(i / 3) % 3],
      { stars: 1 / (i + 3) },
    ]);
    await write(held.graph, NODES, many);
    const first = await read(config({ weight: 'stars' }));
    const plain = await read(config({}));
    await wipe(held.graph);
    await run(held.graph, 'UNWIND range(1, 40) AS i CREATE (:Filler)');
    await write(held.graph, NODES.toReversed(), many.toReversed());
    const second = await read(config({ weight: 'stars' }));
    assert.deepEqual(second.dataset, first.dataset);
    assert.deepEqual(second.means, first.means);
    assert.equal(datasetDigest(second.dataset), datasetDigest(first.dataset));
    assert.notEqual(datasetDigest(first.dataset), datasetDigest(plain.dataset));
    await run(held.graph, 'MATCH ()-[r:R0]->() WITH r ORDER BY r.stars LIMIT 20 SET r.stars = 8');
    assert.notEqual(
      datasetDigest((await read(config({ weight: 'stars' }))).dataset),
      datasetDigest(first.dataset),
    );
  });

  it('are read over many records and windows', async () => {
    await run(
      held.graph,
      `UNWIND range(0, 10500) AS i CREATE (n:Person {id: i})
       WITH collect(n) AS nodes
       UNWIND range(0, size(nodes) - 1) AS i
       WITH nodes[i] AS a, nodes[(i * 7 + 1) % size(nodes)] AS b, i
       CREATE (a)-[r:R]->(b)
       SET r.stars = CASE i % 3 WHEN 0 THEN null ELSE 1 + i % 2 END`,
    );
    await run(held.graph, 'CREATE (:Film {id: -1})');
    const { dataset, means } = await read(config({ weight: 'stars' }));
    const { entities, triples } = dataset.sources[0];
    assert.equal(triples.head.length, 10501);
    for (const [row, h] of triples.head.entries()) {
      const i = JSON.parse(entities.keys[h])[1] as number;
      const expected = i % 3 === 0 ? 1 : (1 + (i % 2)) / means.films.R;
      assert.equal(triples.weight?.[row], Math.fround(expected), `fact of ${i}`);
    }
  });

  it('of the linked subgraph are relative to the mean of what is read', async () => {
    await write(
      held.graph,
      [...NODES, ...['p', 'q', 'r', 's'].map((at) => ({ at, labels: ['Other'], properties: { id: at } }))],
      [
        ...RELATIONSHIPS,
        ['p', 'SAME', 'a'],
        ['q', 'SAME', 'b'],
        ['p', 'RATED', 'q', { stars: 1 }],
        ['q', 'RATED', 'p', { stars: 3 }],
        ['p', 'RATED', 'r', { stars: 80 }],
        ['s', 'RATED', 'q', { stars: 4 }],
        ['r', 'RATED', 's', { stars: -1 }],
      ],
    );
    const linked: ConfigInput = {
      ...config({ weight: { RATED: 'stars' } }),
      alignments: [{ relationship: 'SAME' }],
    };
    linked.sources.other = {
      nodes: [{ label: 'Other', key: 'id' }],
      relations: { weight: 'stars' },
    };
    const around = async (hops: 0 | 1) =>
      weightsOf((await read(linked, { around: { target: 'films', hops } })).dataset, 1);
    assert.deepEqual(await around(0), { 'p RATED q': 0.5, 'q RATED p': 1.5 });
    assert.deepEqual(await around(1), {
      'p RATED q': round(1 / 22),
      'q RATED p': round(3 / 22),
      'p RATED r': round(80 / 22),
      's RATED q': round(4 / 22),
    });
    await assert.rejects(read(linked), { code: 'BAD_DATA', message: /source other/ });
  });
});

describe('weights at fault', () => {
  it('are counted, with three examples, where they are no numbers above 0', async () => {
    await write(held.graph, NODES, [
      ...RELATIONSHIPS,
      ['a', 'LIKES', 'b', { stars: 0n }],
      ['a', 'LIKES', 'c', { stars: -2.5 }],
      ['a', 'LIKES', 'x', { stars: Number.NaN }],
      ['a', 'LIKES', 'y', { stars: Number.POSITIVE_INFINITY }],
      ['a', 'LIKES', 'z', { stars: 'five' }],
      ['b', 'LIKES', 'a', { stars: [1n] }],
      ['b', 'LIKES', 'c', { stars: true }],
    ]);
    await assert.rejects(read(config({ weight: { LIKES: 'stars' } })), {
      code: 'BAD_DATA',
      exitCode: 7,
      message:
        /^7 relationships of the source films cannot be weighed, such as LIKES\.stars = (\S+, ){2}\S*LIKES\.stars = \S+\.$|^7 relationships .*(LIKES\.stars = [^,]+(, )?){3}\.$/,
      next: /a relationship without one counts as the mean/,
    });
    await assert.rejects(read(config({ weight: { SAW: 'stars' } })), {
      message: '1 relationship of the source films cannot be weighed, such as SAW.stars = "none".',
    });
  });

  it('do not matter on relationships that leave the source', async () => {
    await write(
      held.graph,
      [...NODES, { at: 'o', labels: ['Other'] }],
      [
        ['a', 'RATED', 'o', { stars: -1 }],
        ['a', 'RATED', 'x', { stars: 7 }],
      ],
    );
    const { dataset, report } = await read(config({ weight: 'stars' }));
    assert.deepEqual(weightsOf(dataset), { 'a RATED x': 1 });
    assert.deepEqual(report.cross, [{ from: 'films', to: null, type: 'RATED', count: 1 }]);
  });

  it('are refused where the property or the type is unknown', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    for (const [weight, message, next] of [
      ['star', /no property "star"/, /"stars"/],
      [{ RATED: 'start' }, /no property "start"/, /"stars"/],
      [{ RATE: 'stars' }, /no relationship type "RATE"/, /"RATED"/],
    ] as const)
      await assert.rejects(read(config({ weight })), { code: 'USAGE', message, next });
  });
});
