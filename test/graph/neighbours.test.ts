import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Config, type ConfigInput, studentSchema } from '../../src/config.js';
import { connect } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { neighbourFeed } from '../../src/graph/neighbours.js';
import type { BatchSource, NeighbourBatch } from '../../src/kg/batchSource.js';
import { feedLayout } from '../../src/train/feedLayout.js';
import { heldOut } from '../../src/train/heldOut.js';
import type { TrainingQueries } from '../../src/train/job.js';
import { neighbourQueries, trainingQueries } from '../../src/train/queries.js';
import { prepareStudent } from '../../src/train/retrain.js';
import { run, serverUri, useGraph, wipe } from '../_neo4j.js';
import { CONFIG, configOf, NODES, RELATIONSHIPS } from './_films.js';
import { type NewNode, type NewRelationship, write } from './_plain.js';

const held = useGraph();
const BATCH = 6;

/** The common small graph, with facts of books between linked ones, repeated and of one end. */
const MORE: NewRelationship[] = [
  ['ed', 'LIKE', 'dune'],
  ['ed', 'LIKE', 'dune'],
  ['dune', 'LIKE', 'dune'],
  ['ed', 'constructor', 'dune'],
  ['ubik', 'constructor', 'ubik'],
];
/** Weights of some facts, of a repeated one too. */
const WEIGHED: NewRelationship[] = [
  ['ed', 'LIKE', 'dune', { sure: 3 }],
  ['ed', 'LIKE', 'dune', { sure: 0.7 }],
  ['dune', 'LIKE', 'ed', { sure: 7n }],
  ['paul', 'ACTS_IN', 'dune2', { sure: 0.1 }],
  ['neo', 'ACTS_IN', 'alien', { sure: 11n }],
  ['neo', 'plays in', 'alien', { sure: 50n }],
  ['neo', 'plays in', 'dune1', { sure: 1n }],
];
const FILMS: ConfigInput = { ...CONFIG, heldOut: { valid: 0.15, test: 0.15 } };

async function fill(more: readonly NewRelationship[] = []): Promise<void> {
  await wipe(held.graph);
  await write(held.graph, NODES, [...RELATIONSHIPS, ...MORE, ...more]);
}

interface Ways {
  readonly hops?: 0 | 1;
  readonly batch?: number;
  readonly seed?: number;
  readonly background?: number;
  readonly backgroundRelations?: 'all' | 'target';
}

/** Both feeds of one student. */
async function feeds(config: Config, target: string, ways: Ways = {}, graph = held.graph) {
  const settings = studentSchema.parse({ hops: 0, batch: BATCH, background: 0.3, ...ways });
  const { dataset, ids, degrees, means } = await readDataset(() => graph, config, {
    around: { target, hops: settings.hops },
  });
  const split = heldOut(dataset, config.heldOut)[target];
  const input = { dataset, target, split, settings };
  const prepared = prepareStudent(input);
  const { facts, rows, relations } = prepared;
  const layout = feedLayout(input, prepared);
  const own = { triples: facts.split.train, weight: 1 };
  const background = { triples: prepared.trained, weight: settings.background };
  return {
    layout,
    split,
    rows,
    relations,
    feed: await neighbourFeed(() => graph, config, layout, { ids, degrees, means }),
    memory: trainingQueries(settings.background > 0 ? [own, background] : [own], rows, relations),
  };
}

async function epochOf(feed: BatchSource, epoch: number): Promise<NeighbourBatch[]> {
  const out: NeighbourBatch[] = [];
  for (let step = 0; step < feed.steps; step++) out.push(await feed.pull(epoch, step));
  return out;
}

/** Each query as text with its answers and their weights, sorted. */
const texts = ({ entity, relation, offset, answer, weight }: TrainingQueries): string[] =>
  Array.from(entity, (e, i) => {
    const answers = Array.from(answer.subarray(offset[i], offset[i + 1]), (a, j) => [
      a,
      weight[offset[i] + j],
    ]);
    return JSON.stringify([e, relation[i], answers.sort(([a], [b]) => a - b)]);
  }).sort();

async function compare(config: Config, target: string, ways: Ways = {}): Promise<number> {
  const { feed, memory, rows, relations, split, layout } = await feeds(config, target, ways);
  const batches = await epochOf(feed, 0);
  // The mean batch has as many queries as the memory feed's.
  const { batch = BATCH } = ways;
  const perRow = Math.max(1, memory.entity.length) / rows;
  assert.equal(layout.anchors, Math.max(1, Math.round(batch / perRow)));
  assert.deepEqual(
    batches.flatMap((batch) => texts(neighbourQueries(batch, rows, relations))).sort(),
    texts(memory),
  );
  const kept = new Set<string>();
  for (const { triples, weight } of batches)
    for (const [i, w] of weight.entries())
      if (w === 1) kept.add(JSON.stringify([triples.head[i], triples.relation[i], triples.tail[i]]));
  for (const { head, relation, tail } of [split.valid, split.test])
    for (const [i, h] of head.entries()) assert.ok(!kept.has(JSON.stringify([h, relation[i], tail[i]])));
  return memory.entity.length;
}

describe('neighbourhoods pulled by Cypher', () => {
  it('are over an epoch the queries, answers and weights of the memory feed, each once', async () => {
    await fill();
    const config = configOf(FILMS);
    const { split } = await feeds(config, 'films');
    assert.ok(split.valid.head.length > 0 && split.test.head.length > 0, 'some facts are held out');
    const sizes: number[] = [];
    for (const background of [0, 0.3, 2])
      for (const hops of [0, 1] as const) sizes.push(await compare(config, 'films', { background, hops }));
    assert.equal(sizes[0], sizes[1]);
    assert.ok(sizes[0] < sizes[2] && sizes[2] < sizes[3], String(sizes));
    assert.ok((await compare(config, 'films', { hops: 1, backgroundRelations: 'target' })) < sizes[3]);
    await compare(config, 'books');
    await compare(config, 'films', { batch: 1 });
    await compare(config, 'films', { batch: 1000 });
  });

  it('have the weights of their facts', async () => {
    await fill(WEIGHED);
    const weighed = configOf({
      ...FILMS,
      heldOut: { valid: 0, test: 0 },
      sources: Object.fromEntries(
        Object.entries(FILMS.sources).map(([name, source]) => [
          name,
          { ...source, relations: { ...source.relations, weight: 'sure' } },
        ]),
      ),
    });
    for (const target of ['films', 'books'])
      for (const hops of [0, 1] as const) {
        await compare(weighed, target, { hops });
        const { memory } = await feeds(weighed, target, { hops });
        assert.ok(new Set(memory.weight).size > 2, 'weights differ');
      }
  });

  it('are so for any graph, target, hops and batch', async () => {
    const index = fc.nat({ max: 17 });
    const graphs = fc.record({
      sources: fc.integer({ min: 2, max: 3 }),
      triples: fc.array(fc.tuple(index, fc.nat({ max: 3 }), index), { maxLength: 60 }),
      links: fc.array(fc.tuple(index, index), { maxLength: 16 }),
      target: fc.nat({ max: 2 }),
      hops: fc.constantFrom(0 as const, 1 as const),
      batch: fc.integer({ min: 1, max: 40 }),
      backgroundRelations: fc.constantFrom('all' as const, 'target' as const),
    });
    await fc.assert(
      fc.asyncProperty(graphs, async ({ sources, triples, links, target, ...ways }) => {
        const nodes: NewNode[] = Array.from({ length: 18 }, (_, i) => ({
          at: `n${i}`,
          labels: [`L${i % sources}`],
          properties: { id: BigInt(i) },
        }));
        const relationships: NewRelationship[] = [
          // All types exist, so that no configuration names an unknown one.
          ...[0, 1, 2, 3].map((r): NewRelationship => ['n0', `r${r}`, 'n0']),
          ['n0', 'LINK', 'n1'],
          ...triples.map(([h, r, t]): NewRelationship => [`n${h}`, `r${r}`, `n${t}`]),
          ...links.map(([a, b]): NewRelationship => [`n${a}`, 'LINK', `n${b}`]),
        ];
        const input: ConfigInput = {
          sources: Object.fromEntries(
            Array.from({ length: sources }, (_, s) => [
              `s${s}`,
              {
                nodes: [{ label: `L${s}`, key: 'id' }],
                relations: { exclude: ['r3'], map: { [`r${s % 2}`]: 'shared' } },
              },
            ]),
          ),
          alignments: [{ relationship: 'LINK' }],
          heldOut: { valid: 0.1, test: 0.2 },
        };
        await run(held.graph, 'MATCH (n) DETACH DELETE n');
        await write(held.graph, nodes, relationships);
        await compare(configOf(input), `s${target % sources}`, ways);
      }),
      { numRuns: 25 },
    );
  });

  it('come of the same rows where seed and epoch are the same, each row once an epoch', async () => {
    await fill();
    const config = configOf(FILMS);
    const anchors = async (seed: number, epoch: number) => {
      const { feed, rows } = await feeds(config, 'films', { seed });
      const steps = (await epochOf(feed, epoch)).map(({ anchors }) => [...anchors]);
      assert.ok(steps.length > 1);
      assert.deepEqual(
        steps.flat().sort((a, b) => a - b),
        Array.from({ length: rows }, (_, row) => row),
      );
      return steps;
    };
    const first = await anchors(1, 0);
    assert.deepEqual(await anchors(1, 0), first);
    assert.notDeepEqual(await anchors(1, 1), first);
    assert.notDeepEqual(await anchors(2, 0), first);
  });

  it('come in any order of asking: a resumed run begins in the middle of an epoch', async () => {
    await fill();
    const config = configOf(FILMS);
    const { feed, rows, relations } = await feeds(config, 'films');
    const whole = (await epochOf(feed, 1)).map((batch) => texts(neighbourQueries(batch, rows, relations)));
    const other = (await feeds(config, 'films')).feed;
    const last = feed.steps - 1;
    for (const step of [last, 0, 1])
      assert.deepEqual(texts(neighbourQueries(await other.pull(1, step), rows, relations)), whole[step]);
  });

  it('fail with a clear error when the connection is gone', async () => {
    await fill();
    const graph = await connect({
      uri: serverUri(),
      username: process.env.NEO4J_USERNAME,
      password: process.env.NEO4J_PASSWORD,
      database: process.env.NEO4J_DATABASE,
    });
    const { feed } = await feeds(configOf(FILMS), 'films', {}, graph);
    await feed.pull(0, 0);
    await graph.close();
    await assert.rejects(feed.pull(1, 0), { code: 'UNREACHABLE', next: /--resume/ });
  });
});
