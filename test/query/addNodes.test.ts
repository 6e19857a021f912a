import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { acquireLease } from '../../src/graph/lease.js';
import { migrate } from '../../src/graph/migrate.js';
import { leaseOf, type PublishInput, publish } from '../../src/graph/publish.js';
import { entityKey } from '../../src/kg/keys.js';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { addNodes } from '../../src/query/addNodes.js';
import { similar } from '../../src/query/similar.js';
import { run, useGraph, wipe } from '../_neo4j.js';

const held = useGraph();
const NODES = [
  { label: 'Person', key: 'id' },
  { label: 'Club', key: 'id' },
];
const SOURCE = { name: 'people', nodes: NODES };
const [CIRCLES, EACH, DIM] = [3, 12, 8];

/** People of three circles, each with a club: a person knows people and joins the club of its own circle. */
const people = Array.from({ length: CIRCLES * EACH }, (_, i) => ({
  id: `p${i}`,
  circle: Math.floor(i / EACH),
}));
const clubs = Array.from({ length: CIRCLES }, (_, circle) => ({ id: `c${circle}`, circle }));

type Model = Pick<PublishInput['model'], 'encoder' | 'geometry'>;

/**
 * A model under which relations leave a vector as it is, and circles lie on axes of their own: as after a training, what is
 * true scores high and all else next to nothing.
 */
function model({ encoder, geometry }: Model, id: string = encoder): PublishInput {
  const random = seededRandom(7);
  const centres = clubs.map(({ circle }) => Array.from({ length: DIM }, (_, i) => Number(i % 4 === circle)));
  const all = [
    ...people.map((one) => ({ key: entityKey('Person', [one.id]), ...one })),
    ...clubs.map((one) => ({ key: entityKey('Club', [one.id]), ...one })),
  ].sort((a, b) => (a.key < b.key ? -1 : 1));
  const vectors = all.flatMap(({ circle }) => [
    ...gaussians(DIM, 0.1, random).map((x, i) => x + centres[circle][i]),
  ]);
  const width = encoder === 'rotate' ? DIM / 2 : DIM;
  const same = Array.from({ length: width }, (_, i) =>
    encoder === 'transe' || encoder === 'rotate' ? 0 : encoder === 'complex' ? Number(i < DIM / 2) : 1,
  );
  const table = Float32Array.from([...same, ...same]);
  return {
    source: SOURCE,
    model: { id, kind: 'student', encoder, dim: DIM, geometry, config: {}, metrics: {} },
    entities: { keys: all.map(({ key }) => key) },
    vectors: Float32Array.from(vectors),
    relations: { names: ['JOINS', 'KNOWS'], dim: width, vectors: table, inverseVectors: table },
  };
}

async function makeGraph(): Promise<void> {
  const { graph } = held;
  await wipe(graph);
  await migrate(graph);
  await run(graph, 'UNWIND $people AS p CREATE (:Person {id: p.id, circle: p.circle})', { people });
  await run(graph, 'UNWIND $clubs AS c CREATE (:Club {id: c.id, circle: c.circle})', { clubs });
  await run(
    graph,
    `MATCH (a:Person) MATCH (b:Person {circle: a.circle}) WHERE a.id < b.id CREATE (a)-[:KNOWS]->(b)`,
  );
  await run(graph, 'MATCH (p:Person) MATCH (c:Club {circle: p.circle}) CREATE (p)-[:JOINS]->(c)');
}

/** Newcomers to the middle circle: by facts of their own, by another newcomer alone, and one whom nobody knows. */
const newcomers = () =>
  run(
    held.graph,
    `MATCH (a:Person {id: 'p13'}), (b:Person {id: 'p17'}), (c:Club {id: 'c1'})
     CREATE (n:Person {id: 'new'})-[:KNOWS]->(a), (b)-[:KNOWS]->(n), (n)-[:JOINS]->(c), (n)-[:LIKES]->(c),
       (:Person {id: 'friend'})-[:KNOWS]->(n), (:Person {id: 'alone'}), (:Person)`,
  );

const vectorsOf = async () => {
  const found = await run<{ id: string; a: number[] | null; b: number[] | null }>(
    held.graph,
    'MATCH (n:Person|Club) RETURN n.id AS id, n.kgEmbeddingA AS a, n.kgEmbeddingB AS b',
  );
  return new Map(found.map(({ id, a, b }) => [id, { a, b }]));
};
const countOf = async (label: string) =>
  (
    await run<{ n: number }>(held.graph, 'MATCH (p:KgPublication {label: $label}) RETURN p.count AS n', {
      label,
    })
  )[0].n;
const add = (change: Partial<Parameters<typeof addNodes>[1]> = {}, options = {}) =>
  addNodes(held.graph, { source: SOURCE, ...change }, options);

const MODELS = [
  { encoder: 'complex', geometry: 'unit' },
  { encoder: 'distmult', geometry: 'dot' },
  { encoder: 'transe', geometry: 'l2' },
  { encoder: 'rotate', geometry: 'l2' },
] as const;

for (const one of MODELS)
  it(`a new node stands among its like, by ${one.encoder} with geometry ${one.geometry}`, async () => {
    await makeGraph();
    await publish(held.graph, model(one), { graceSeconds: 0 });
    await newcomers();
    const old = await vectorsOf();
    const { added, unplaced, indexed } = await add();
    assert.deepEqual(
      added.map(({ key, facts }) => [...key, facts]),
      [
        ['new', 3],
        ['friend', 1],
      ],
    );
    assert.deepEqual(
      unplaced.map(({ key }) => key),
      [['alone']],
    );
    assert.equal(indexed, 2);
    assert.equal(await countOf('Person'), people.length + 2);
    assert.equal(await countOf('Club'), clubs.length);
    for (const id of ['new', 'friend']) {
      const near = await similar(held.graph, { source: 'people', label: 'Person', key: [id], k: 12 });
      const circles = near.map(({ key: [name] }) => people.find((p) => p.id === name)?.circle ?? 1);
      const alike = circles.filter((circle) => circle === 1).length;
      assert.ok(alike === 12, `the 12 nearest of ${id} are of the circles ${circles}`);
    }
    const now = await vectorsOf();
    for (const { id } of [...people, ...clubs]) assert.deepEqual(now.get(id), old.get(id), id);
  });

it('a new node is placed by few facts of a type that another source uses much more', async () => {
  await makeGraph();
  await publish(held.graph, model(MODELS[0]), { graceSeconds: 0 });
  await run(
    held.graph,
    `MATCH (a:Person)-[r:KNOWS|JOINS]->(b) WHERE NOT (a.id IN ['p12', 'p13'] AND b.id = 'p14') DELETE r
     WITH count(*) AS deleted UNWIND range(1, 20000) AS n CREATE (:Other)-[:KNOWS]->(:Other)`,
  );
  await run(held.graph, `MATCH (a:Person {id: 'p13'}) CREATE (:Person {id: 'new'})-[:KNOWS]->(a)`);
  const { added, unplaced } = await add();
  assert.deepEqual([added.map(({ key }) => key), unplaced.length], [[['new']], 0]);
});

describe('added nodes', () => {
  before(async () => {
    await makeGraph();
    await publish(held.graph, model(MODELS[0], 'first'), { graceSeconds: 0 });
    await newcomers();
  });

  it('are counted and not written in a dry run', async () => {
    const { added, indexed } = await add({}, { dryRun: true });
    assert.deepEqual([added.length, indexed], [2, 0]);
    assert.deepEqual((await vectorsOf()).get('new'), { a: null, b: null });
    assert.equal(await countOf('Person'), people.length);
  });

  it('are refused while another publisher is at work, where they are too many, and where nothing is such a node', async () => {
    const lease = await acquireLease(held.graph, leaseOf('people'));
    await assert.rejects(add(), { code: 'GATE' });
    await lease.release();
    await assert.rejects(add({ most: 1 }), { code: 'USAGE', message: /More than 1 nodes of people/ });
    await assert.rejects(add({ keys: [{ key: ['nobody'] }] }), { code: 'NO_DATA', message: /nobody/ });
    await assert.rejects(add({ label: 'Club' }), { code: 'NO_DATA', message: /All nodes/ });
    assert.deepEqual((await vectorsOf()).get('new'), { a: null, b: null });
  });

  it('may be named, and one that has a vector keeps it', async () => {
    const first = await add({ keys: [{ key: ['new'] }, { key: ['p3'] }] });
    assert.deepEqual([first.added.length, first.already], [1, 1]);
    const { a } = (await vectorsOf()).get('new') ?? assert.fail();
    assert.equal(a?.length, DIM);
    const again = await add({ keys: [{ key: ['new'] }] });
    assert.deepEqual([again.added.length, again.already], [0, 1]);
    assert.deepEqual((await vectorsOf()).get('new')?.a, a);
  });

  it('lose their vectors with the slot that they were written to', async () => {
    await publish(held.graph, model(MODELS[0], 'second'), { graceSeconds: 0 });
    assert.ok((await vectorsOf()).get('new')?.a, 'the way back is whole');
    await publish(held.graph, model(MODELS[0], 'third'), { graceSeconds: 0 });
    assert.deepEqual((await vectorsOf()).get('new'), { a: null, b: null });
  });

  it('need a model whose queries plain arithmetic makes', async () => {
    await publish(held.graph, model({ encoder: 'gru', geometry: 'dot' }), { graceSeconds: 0 });
    await assert.rejects(add(), { code: 'USAGE', message: /is of gru/ });
  });
});
