import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Config, ConfigInput } from '../../src/config.js';
import { readDataset } from '../../src/graph/dataset.js';
import { linkClasses } from '../../src/kg/classes.js';
import type { Dataset } from '../../src/kg/types.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { CONFIG, configOf, NODES, RELATIONSHIPS } from './_films.js';
import { isCanonical, linksOf, type NewNode, type NewRelationship, triplesOf, write } from './_plain.js';

const held = useGraph();

/** What should be read of each source: of the target all, of the others what touches linked entities. */
function expected(whole: Dataset, target: string, hops: 0 | 1, threshold: number): string[][] {
  const { classOf } = linkClasses(
    whole.sources.map(({ entities }) => entities.keys.length),
    whole.alignments,
    { threshold },
  );
  const t = whole.sources.findIndex(({ name }) => name === target);
  const linked = new Set(classOf[t]);
  return whole.sources.map(({ entities }, s) => {
    const all = triplesOf(whole, s);
    if (s === t) return all;
    const isLinked = (key: string) => linked.has(classOf[s][entities.keys.indexOf(key)]);
    return all.filter((text) => {
      const [head, , tail] = JSON.parse(text) as string[];
      return hops === 0 ? isLinked(head) && isLinked(tail) : isLinked(head) || isLinked(tail);
    });
  });
}

async function compare(config: Config, target: string, linkThreshold: number): Promise<number[]> {
  const { dataset: whole } = await readDataset(() => held.graph, config);
  const sizes: number[] = [];
  for (const hops of [0, 1] as const) {
    const { dataset } = await readDataset(() => held.graph, config, {
      around: { target, hops, linkThreshold },
    });
    assert.deepEqual(
      dataset.sources.map(({ name, entities }) => ({ name, entities })),
      whole.sources.map(({ name, entities }) => ({ name, entities })),
    );
    assert.deepEqual(linksOf(dataset), linksOf(whole));
    const wanted = expected(whole, target, hops, linkThreshold);
    for (const s of dataset.sources.keys()) {
      assert.deepEqual(triplesOf(dataset, s), wanted[s]);
      assert.ok(isCanonical(dataset.sources[s].triples));
    }
    sizes.push(wanted.flat().length);
  }
  return sizes;
}

describe('the linked subgraph around a target', () => {
  it('equals what plain code chooses from the whole graph', async () => {
    await wipe(held.graph);
    await write(held.graph, NODES, RELATIONSHIPS);
    const [none, one] = await compare(configOf(CONFIG), 'books', 0);
    assert.ok(one > none);
    await compare(configOf(CONFIG), 'films', 0.5);
  });

  it('equals it for any graph, target, threshold and hops', async () => {
    const index = fc.nat({ max: 23 });
    const graphs = fc.record({
      sources: fc.integer({ min: 2, max: 3 }),
      triples: fc.array(fc.tuple(index, fc.nat({ max: 2 }), index), { maxLength: 40 }),
      links: fc.array(fc.tuple(index, index, fc.integer({ min: 1, max: 4 })), { maxLength: 16 }),
      target: fc.nat({ max: 2 }),
      threshold: fc.constantFrom(0, 0.5, 1),
    });
    await fc.assert(
      fc.asyncProperty(graphs, async ({ sources, triples, links, target, threshold }) => {
        const nodes: NewNode[] = Array.from({ length: 24 }, (_, i) => ({
          at: `n${i}`,
          labels: [`L${i % sources}`],
          properties: { id: BigInt(i) },
        }));
        const relationships: NewRelationship[] = [
          // All types exist, so that no configuration names an unknown one.
          ['n0', 'LINK', `n${sources}`, { sure: 1 }],
          ...triples.map(([h, r, t]): NewRelationship => [`n${h}`, `r${r}`, `n${t}`]),
          ...links.map(([a, b, sure]): NewRelationship => [`n${a}`, 'LINK', `n${b}`, { sure: sure / 4 }]),
        ];
        const input: ConfigInput = {
          sources: Object.fromEntries(
            Array.from({ length: sources }, (_, s) => [
              `s${s}`,
              { nodes: [{ label: `L${s}`, key: 'id' }], relations: { exclude: ['r2'] } },
            ]),
          ),
          alignments: [{ relationship: 'LINK', confidence: 'sure' }],
        };
        await run(held.graph, 'MATCH (n) DETACH DELETE n');
        await write(held.graph, nodes, relationships);
        await compare(configOf(input), `s${target % sources}`, threshold);
      }),
      { numRuns: 30 },
    );
  });

  it('is read in windows of anchors', async () => {
    await wipe(held.graph);
    await run(
      held.graph,
      `UNWIND range(0, 2499) AS i
       CREATE (a:A {id: i}), (b:B {id: i}), (c:B {id: 10000 + i}), (a)-[:LINK]->(b), (b)-[:near]->(c), (c)-[:far]->(b)
       WITH collect(b) AS bs
       UNWIND range(0, 2499) AS i
       WITH bs[i] AS b, bs[(i + 1300) % 2500] AS other
       CREATE (b)-[:next]->(other)`,
    );
    const config = configOf({
      sources: { a: { nodes: [{ label: 'A', key: 'id' }] }, b: { nodes: [{ label: 'B', key: 'id' }] } },
      alignments: [{ relationship: 'LINK' }],
    });
    assert.deepEqual(await compare(config, 'a', 0), [2500, 7500]);
  });

  it('is empty where nothing is linked', async () => {
    await wipe(held.graph);
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset } = await readDataset(() => held.graph, configOf({ sources: CONFIG.sources }), {
      around: { target: 'books', hops: 1 },
    });
    assert.equal(dataset.sources[0].triples.head.length, 0);
    assert.equal(dataset.sources[1].triples.head.length, 2);
  });

  it('has its target read even where other sources are named, and refuses an unknown one', async () => {
    const config = configOf({ sources: CONFIG.sources });
    const { dataset } = await readDataset(() => held.graph, config, {
      sources: ['books'],
      around: { target: 'films', hops: 0 },
    });
    assert.deepEqual(
      dataset.sources.map(({ name }) => name),
      ['books', 'films'],
    );
    await assert.rejects(
      readDataset(() => held.graph, config, { around: { target: 'film', hops: 0 } }),
      { code: 'USAGE', next: /"films"/ },
    );
  });
});
