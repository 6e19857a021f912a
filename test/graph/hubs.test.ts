import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { studentSchema } from '../../src/config.js';
import { connect, type Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { migrate } from '../../src/graph/migrate.js';
import { neighbourFeed } from '../../src/graph/neighbours.js';
import { publish } from '../../src/graph/publish.js';
import { dedupeTriples } from '../../src/kg/triples.js';
import type { Dataset, Triples } from '../../src/kg/types.js';
import { predict } from '../../src/query/predict.js';
import { parseConfig } from '../../src/settings.js';
import { feedLayout } from '../../src/train/feedLayout.js';
import { heldOut } from '../../src/train/heldOut.js';
import { prepareStudent } from '../../src/train/retrain.js';
import { run, serverUri, useGraph } from '../_neo4j.js';
import { faultyProxy } from '../_proxy.js';
import { testModel } from '../_publication.js';

const held = useGraph();
const LEAVES = 14_000;
/** Of R0 the hub has fewer facts, so that some are left to be predicted. */
const KNOWN = 12_000;
const OUT = ['R1', 'R2'];
const IN = ['R3', 'R4'];
const FACTS = KNOWN + (OUT.length + IN.length) * LEAVES;
const CONFIG = parseConfig(
  {
    sources: {
      big: { nodes: [{ label: 'Big', key: 'id' }] },
      small: { nodes: [{ label: 'Small', key: 'id' }] },
    },
    alignments: [{ relationship: 'SAME_AS' }],
  },
  'the configuration of the test',
);

/** One node with 68,000 relationships in both directions, linked to a small graph as one of its ends is. */
async function fill(graph: Graph): Promise<void> {
  await run(graph, 'CREATE CONSTRAINT FOR (n:Big) REQUIRE n.id IS UNIQUE');
  await run(graph, 'UNWIND range(0, $leaves) AS id CREATE (:Big {id: id})', { leaves: BigInt(LEAVES) });
  const between = async (type: string, count: number, pattern: string) =>
    run(
      graph,
      `MATCH (hub:Big {id: 0}) MATCH (leaf:Big) WHERE 0 < leaf.id <= $count CREATE ${pattern} RETURN count(*)`,
      { type, count: BigInt(count) },
    );
  await between('R0', KNOWN, '(hub)-[:$($type)]->(leaf)');
  for (const type of OUT) await between(type, LEAVES, '(hub)-[:$($type)]->(leaf)');
  for (const type of IN) await between(type, LEAVES, '(hub)<-[:$($type)]-(leaf)');
  await run(
    graph,
    `MATCH (hub:Big {id: 0}) MATCH (leaf:Big {id: 1})
     CREATE (a:Small {id: 0})-[:R0]->(b:Small {id: 1}), (a)-[:SAME_AS]->(hub), (b)-[:SAME_AS]->(leaf)`,
  );
}

const big = ({ sources }: Dataset): Triples => sources[0].triples;

/** Facts of each relation, as they were written. */
function assertWhole({ head, relation, tail }: Triples, { sources, relations }: Dataset): void {
  assert.equal(head.length, FACTS);
  const hub = sources[0].entities.keys.findIndex((key) => /\b0\b/.test(key));
  const seen = new Map<string, Set<number>>();
  for (const [i, r] of relation.entries()) {
    const isOut = relations[r] === 'R0' || OUT.includes(relations[r]);
    assert.equal(isOut ? head[i] : tail[i], hub);
    const ends = seen.get(relations[r]) ?? new Set<number>();
    seen.set(relations[r], ends.add(isOut ? tail[i] : head[i]));
  }
  for (const [name, ends] of seen) assert.equal(ends.size, name === 'R0' ? KNOWN : LEAVES);
}

describe('a node with 68,000 relationships', () => {
  let whole: Dataset;
  before(async () => {
    await fill(held.graph);
    whole = (await readDataset(() => held.graph, CONFIG)).dataset;
  });

  it('is read whole', () => assertWhole(big(whole), whole));

  it('is read whole and once where the connection breaks in the middle', async () => {
    const proxy = await faultyProxy(serverUri());
    const { NEO4J_USERNAME: username, NEO4J_PASSWORD: password } = process.env;
    const graph = await connect({ uri: proxy.uri, username, password });
    try {
      // In the columns of the nodes and of a window, and in the stream of the hub.
      for (const [i, bytes] of [60_000, 300_000, 600_000].entries()) {
        proxy.cutAfter(bytes);
        const { dataset } = await readDataset(() => graph, CONFIG);
        assert.equal(proxy.cuts, i + 1);
        assert.deepEqual(dataset, whole);
      }
    } finally {
      await graph.close();
      proxy.close();
    }
  });

  it('is in the linked subgraph with what is asked of it', async () => {
    const around = { target: 'small', hops: 0 } as const;
    const { dataset: linked } = await readDataset(() => held.graph, CONFIG, { around });
    assert.equal(big(linked).head.length, 1 + OUT.length + IN.length);
    const { dataset } = await readDataset(() => held.graph, CONFIG, { around: { ...around, hops: 1 } });
    assertWhole(big(dataset), dataset);
  });

  it('is a neighbourhood of the cypher feed like others, and whole', async () => {
    const settings = studentSchema.parse({ hops: 0, batch: 4, background: 0 });
    const { dataset, ...read } = await readDataset(() => held.graph, CONFIG, { sources: ['big'] });
    const split = heldOut(dataset, CONFIG.heldOut).big;
    const input = { dataset, target: 'big', settings, split };
    const layout = { ...feedLayout(input, prepareStudent(input)), anchors: LEAVES + 1 }; // all in one step
    const feed = await neighbourFeed(() => held.graph, CONFIG, layout, read);
    const { triples } = await feed.pull(0, 0);
    assert.equal(triples.head.length, 2 * split.train.head.length);
    assert.deepEqual(dedupeTriples(triples, LEAVES + 1, dataset.relations.length), split.train);
  });

  it('has those facts predicted that it lacks', async () => {
    await migrate(held.graph);
    const keys = { Big: Array.from({ length: LEAVES + 1 }, (_, id) => [id]) };
    const nodes = CONFIG.sources.big.nodes;
    await publish(held.graph, testModel({ id: 'hub', source: 'big', nodes, keys, relations: ['R0'] }));
    const found = await predict(held.graph, { source: 'big', label: 'Big', key: [0], relation: 'R0' });
    assert.equal(found.length, 10);
    for (const { key } of found) assert.ok(Number(key[0]) > KNOWN, `${key} is known`);
  });
});
