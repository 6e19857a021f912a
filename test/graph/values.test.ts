import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import neo4j from 'neo4j-driver';
import type { Config, ConfigInput } from '../../src/config.js';
import { readDataset } from '../../src/graph/dataset.js';
import { checkDataset } from '../../src/kg/check.js';
import { linkClasses } from '../../src/kg/classes.js';
import { datasetDigest } from '../../src/kg/digest.js';
import { valueMask } from '../../src/kg/values.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { BIG, configOf } from './_films.js';
import {
  choose,
  isCanonical,
  linksOf,
  type NewNode,
  type NewRelationship,
  readAll,
  triplesOf,
  write,
} from './_plain.js';

const held = useGraph();
beforeEach(() => wipe(held.graph));

const read = (input: ConfigInput, options = {}) => readDataset(() => held.graph, configOf(input), options);

const NODES: NewNode[] = [
  {
    at: 'alien',
    labels: ['Film'],
    properties: { id: 'alien', genre: ['Horror', 'SciFi', 'Horror'], year: 1979n },
  },
  { at: 'dune', labels: ['Film'], properties: { id: 'dune', genre: 'SciFi', year: 1984n, seen: true } },
  { at: 'ed', labels: ['Person', 'Film'], properties: { id: 'ed', genre: '', year: 1994n, seen: false } },
  { at: 'odd', labels: ['Film'], properties: { id: 'odd', genre: ['1979', '鍵', 'x\\u0060y'], year: BIG } },
  { at: 'none', labels: ['Film'], properties: { id: 'none', genre: [] } },
  {
    at: 'ripley',
    labels: ['Person'],
    properties: { id: 'ripley', mood: 'Horror', year: -(2n ** 63n), name: 'R' },
  },
  { at: 'both', labels: ['Film', 'Person'], properties: { id: 'both', genre: 'Horror', mood: 'calm' } },
];
const RELATIONSHIPS: NewRelationship[] = [
  ['ripley', 'ACTS_IN', 'alien'],
  ['dune', 'IS', 'alien'],
];
const CONFIG: ConfigInput = {
  sources: {
    films: {
      nodes: [
        { label: 'Film', key: 'id', values: { genre: 'IS', year: 'YEAR', seen: 'SEEN' } },
        { label: 'Person', key: 'id', name: 'name', values: { mood: 'IS', year: 'BORN' } },
      ],
    },
  },
};

/** `[key, relation, value's key]` for each value of each property that the config names, sorted. */
async function plainValues(config: Config): Promise<string[][]> {
  const whole = await readAll(held.graph);
  return choose(whole, config).map(({ name, keyOf }) => {
    const facts = new Set<string>();
    for (const { at, properties } of whole.nodes) {
      const key = keyOf.get(at);
      if (key === undefined) continue;
      const node = config.sources[name].nodes.find(({ label }) => label === JSON.parse(key)[0]);
      for (const [property, relation] of Object.entries(node?.values ?? {})) {
        const given = properties[property] ?? [];
        for (const value of Array.isArray(given) ? given : [given]) {
          if (value === '') continue;
          const safe =
            typeof value === 'bigint' && BigInt.asIntN(54, value) === value && value !== -(2n ** 53n);
          const shown = typeof value !== 'bigint' ? value : safe ? Number(value) : { int: String(value) };
          facts.add(JSON.stringify([key, relation, JSON.stringify([`=${relation}`, shown])]));
        }
      }
    }
    return [...facts].sort();
  });
}

/** A reading is what plain code makes of the whole database. */
async function compare(input: ConfigInput): Promise<void> {
  const config = configOf(input);
  const { dataset, report } = await read(input);
  checkDataset(dataset);
  const plain = choose(await readAll(held.graph), config);
  const values = await plainValues(config);
  for (const [s, { entities, triples }] of dataset.sources.entries()) {
    const valueKeys = new Set(values[s].map((fact) => JSON.parse(fact)[2] as string));
    assert.deepEqual(entities.keys, [...plain[s].keys, ...valueKeys].sort());
    assert.deepEqual(triplesOf(dataset, s), [...new Set([...plain[s].triples, ...values[s]])].sort());
    assert.ok(isCanonical(triples));
    const mask = valueMask(entities) ?? new Uint8Array(entities.keys.length);
    for (const [i, key] of entities.keys.entries()) {
      assert.equal(entities.labels[entities.label[i]], JSON.parse(key)[0]);
      assert.equal(mask[i], Number(valueKeys.has(key)));
    }
  }
  const facts = report.values.reduce((sum, one) => sum + one.facts, 0);
  assert.ok(facts >= values.flat().length);
}

describe('values of properties as entities', () => {
  it('are what plain code makes of them: text, integers, booleans and lists, of several labels and one relation', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    await compare(CONFIG);
  });

  it('are these very entities and facts', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset, report, ids } = await read(CONFIG, { names: true });
    const [{ entities }] = dataset.sources;
    assert.deepEqual(entities.labels, ['Film', 'Person', '=IS', '=YEAR', '=SEEN', '=BORN']);
    assert.deepEqual(
      triplesOf(dataset, 0).map((text) => JSON.parse(text).slice(1).join(' ')),
      [
        'IS ["=IS","Horror"]',
        'IS ["=IS","SciFi"]',
        'YEAR ["=YEAR",1979]',
        'IS ["=IS","Horror"]',
        'IS ["=IS","SciFi"]',
        'IS ["Film","alien"]',
        'SEEN ["=SEEN",true]',
        'YEAR ["=YEAR",1984]',
        'SEEN ["=SEEN",false]',
        'YEAR ["=YEAR",1994]',
        'IS ["=IS","1979"]',
        'IS ["=IS","x\\\\u0060y"]',
        'IS ["=IS","鍵"]',
        'YEAR ["=YEAR",{"int":"9007199254740993"}]',
        'ACTS_IN ["Film","alien"]',
        'BORN ["=BORN",{"int":"-9223372036854775808"}]',
        'IS ["=IS","Horror"]',
      ],
    );
    assert.deepEqual(report.values, [
      { source: 'films', label: 'Film', property: 'genre', relation: 'IS', values: 5, facts: 7 },
      { source: 'films', label: 'Film', property: 'year', relation: 'YEAR', values: 4, facts: 4 },
      { source: 'films', label: 'Film', property: 'seen', relation: 'SEEN', values: 2, facts: 2 },
      { source: 'films', label: 'Person', property: 'mood', relation: 'IS', values: 1, facts: 1 },
      { source: 'films', label: 'Person', property: 'year', relation: 'BORN', values: 1, facts: 1 },
    ]);
    assert.equal(report.duplicates, 0);
    assert.deepEqual(report.sources, [{ source: 'films', entities: 19, triples: 17, relations: 5 }]);
    const horror = entities.keys.indexOf('["=IS","Horror"]');
    assert.equal(entities.names?.[horror], 'Horror');
    assert.equal(ids.films[horror], -1);
  });

  it('are none unless they are asked for', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const { dataset, report } = await read({
      sources: { films: { nodes: [{ label: 'Film', key: 'id' }] } },
    });
    assert.deepEqual(report.values, []);
    assert.deepEqual(dataset.sources[0].entities.labels, ['Film']);
  });

  it('are the same after the same graph was imported in another order, and count for the digest', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    const first = await read(CONFIG);
    await wipe(held.graph);
    await run(held.graph, 'UNWIND range(1, 40) AS i CREATE (:Filler)');
    await write(held.graph, NODES.toReversed(), RELATIONSHIPS.toReversed());
    const second = await read(CONFIG);
    assert.deepEqual([second.dataset, second.report], [first.dataset, first.report]);
    const digest = datasetDigest(first.dataset);
    assert.equal(datasetDigest(second.dataset), digest);
    await run(held.graph, "MATCH (n:Film {id: 'dune'}) SET n.genre = ['SciFi', 'Horror']");
    assert.notEqual(datasetDigest((await read(CONFIG)).dataset), digest);
  });

  it('are read over many records and windows', async () => {
    await run(
      held.graph,
      `UNWIND range(0, 10500) AS i
       CREATE (n:Film {id: toString(i), genre: CASE i % 3 WHEN 0 THEN i % 7 ELSE ['a', 'g' + i % 11] END})`,
    );
    const config: ConfigInput = {
      sources: { films: { nodes: [{ label: 'Film', key: 'id', values: { genre: 'IS' } }] } },
    };
    await compare(config);
    const { report } = await read(config);
    assert.deepEqual([report.values[0].values, report.values[0].facts], [19, 3501 + 2 * 7000]);
  });

  it('of two sources are linked where relation and value are equal, and not by another type or relation', async () => {
    await write(
      held.graph,
      [
        ...NODES,
        {
          at: 'p',
          labels: ['Book'],
          properties: { id: 1n, kind: ['Horror', 'SciFi', 'Crime'], year: 1979n },
        },
        { at: 'q', labels: ['Book'], properties: { id: 2n, kind: ['1979'], year: 1984n, seen: 'true' } },
        { at: 'r', labels: ['Game'], properties: { id: 3n, kind: ['Horror', 'Fun'] } },
      ],
      [['dune', 'SAME', 'p', { sure: 0.5 }]],
    );
    const { dataset, report } = await read({
      sources: {
        ...CONFIG.sources,
        books: {
          nodes: [{ label: 'Book', key: 'id', values: { kind: 'IS', year: 'PRINTED', seen: 'SEEN' } }],
        },
        games: { nodes: [{ label: 'Game', key: 'id', values: { kind: 'IS' } }] },
      },
      alignments: [{ relationship: 'SAME', confidence: 'sure' }],
    });
    assert.deepEqual(linksOf(dataset), [
      ['films', '["=IS","1979"]', 'books', '["=IS","1979"]', 1],
      ['films', '["=IS","Horror"]', 'books', '["=IS","Horror"]', 1],
      ['films', '["=IS","Horror"]', 'games', '["=IS","Horror"]', 1],
      ['films', '["=IS","SciFi"]', 'books', '["=IS","SciFi"]', 1],
      ['films', '["Film","dune"]', 'books', '["Book",1]', 0.5],
      ['books', '["=IS","Horror"]', 'games', '["=IS","Horror"]', 1],
    ]);
    assert.deepEqual(report.links, [
      { alignment: 'relationship SAME', links: 1, outside: 0 },
      { alignment: 'equal values of IS', links: 5, outside: 0 },
    ]);
  });
});

describe('a file of links', () => {
  it('joins values with nodes of another source, under the label of the relation', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-values-'));
    try {
      const file = path.join(folder, 'genres.tsv');
      writeFileSync(file, 'Horror\t666\nSciFi\t42\t0.5\n');
      const tags: NewNode[] = [42n, 666n].map((id) => ({
        at: `tag${id}`,
        labels: ['Tag'],
        properties: { id },
      }));
      await write(held.graph, [...NODES, ...tags], RELATIONSHIPS);
      const input: ConfigInput = {
        sources: { ...CONFIG.sources, tags: { nodes: [{ label: 'Tag', key: 'id' }] } },
        alignments: [{ file, between: ['films', 'tags'], labels: ['=IS', 'Tag'] }],
      };
      assert.deepEqual(linksOf((await read(input)).dataset), [
        ['films', '["=IS","Horror"]', 'tags', '["Tag",666]', 1],
        ['films', '["=IS","SciFi"]', 'tags', '["Tag",42]', 0.5],
      ]);
      writeFileSync(file, 'Comedy\t666\n');
      await assert.rejects(read(input), { code: 'BAD_DATA', message: /genres\.tsv:1 \(Comedy\)/ });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('values in the linked subgraph', () => {
  const index = fc.nat({ max: 11 });
  const graphs = fc.record({
    triples: fc.array(fc.tuple(index, fc.nat({ max: 1 }), index), { maxLength: 20 }),
    links: fc.array(fc.tuple(index, index), { maxLength: 6 }),
    values: fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 3 }), { minLength: 12, maxLength: 12 }),
    target: fc.constantFrom('s0', 's1'),
  });

  it('come with linked nodes, and bring no unlinked nodes in', async () => {
    const config: ConfigInput = {
      sources: Object.fromEntries(
        [0, 1].map((s) => [
          `s${s}`,
          { nodes: [{ label: `L${s}`, key: 'id', values: { v: 'HAS', w: `OWN${s}` } }] },
        ]),
      ),
      alignments: [{ relationship: 'LINK' }],
    };
    await fc.assert(
      fc.asyncProperty(graphs, async ({ triples, links, values, target }) => {
        await run(held.graph, 'MATCH (n) DETACH DELETE n');
        await write(
          held.graph,
          values.map((own, i) => ({
            at: `n${i}`,
            labels: [`L${i % 2}`],
            properties: { id: BigInt(i), v: own.map(BigInt), w: `w${own.length}` },
          })),
          [
            ['n0', 'LINK', 'n1'],
            ['n0', 'r0', 'n0'],
            ...triples.map(([h, r, t]): NewRelationship => [`n${h}`, `r${r}`, `n${t}`]),
            ...links.map(([a, b]): NewRelationship => [`n${a}`, 'LINK', `n${b}`]),
          ],
        );
        const { dataset: whole } = await read(config);
        const { classOf } = linkClasses(
          whole.sources.map(({ entities }) => entities.keys.length),
          whole.alignments,
        );
        const t = whole.sources.findIndex(({ name }) => name === target);
        const anchored = new Set(classOf[t]);
        for (const hops of [0, 1] as const) {
          const { dataset } = await read(config, { around: { target, hops } });
          assert.deepEqual(linksOf(dataset), linksOf(whole));
          for (const s of [0, 1]) {
            const { keys } = whole.sources[s].entities;
            const isAnchor = (key: string) => s === t || anchored.has(classOf[s][keys.indexOf(key)]);
            const expected = triplesOf(whole, s).filter((text) => {
              const [head, , tail] = JSON.parse(text) as string[];
              if (hops === 0) return isAnchor(head) && isAnchor(tail);
              return isAnchor(head) || (isAnchor(tail) && !tail.startsWith('["='));
            });
            assert.deepEqual(triplesOf(dataset, s), expected);
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('values at fault', () => {
  const one = (values: Record<string, string>, mostValues?: number): ConfigInput => ({
    sources: {
      films: { nodes: [{ label: 'Film', key: 'id', values }], ...(mostValues && { mostValues }) },
    },
  });

  it('are counted, with examples, where they are no categories', async () => {
    const { Date: Day } = neo4j.types;
    await write(
      held.graph,
      [
        { at: 'a', labels: ['Film'], properties: { id: 1n, rating: 7.5, mixed: 2n } },
        { at: 'b', labels: ['Film'], properties: { id: 2n, rating: 8n, mixed: 2 } },
        { at: 'c', labels: ['Film'], properties: { id: 3n, rating: [1.25, 7.5], on: new Day(1999, 1, 2) } },
      ],
      [],
    );
    await assert.rejects(read(one({ rating: 'RATED' })), {
      code: 'BAD_DATA',
      exitCode: 7,
      message:
        /^The property rating of Film in the source films has 3 values that are no categories, such as (7\.5|1\.25) \(FLOAT\), (7\.5|1\.25) \(FLOAT\)\.$/,
      next: /a decade or a range, into a property of their own/,
    });
    await assert.rejects(read(one({ on: 'ON' })), {
      code: 'BAD_DATA',
      message: /has 1 value that is no category, such as 1999-01-02 \(DATE\)\.$/,
    });
    // An integer and the equal float are two things.
    await assert.rejects(read(one({ mixed: 'IS' })), { message: /1 value .* such as 2\.0 \(FLOAT\)/ });
  });

  it('are refused where they are too many to be a category', async () => {
    await run(held.graph, "UNWIND range(0, 1000) AS i CREATE (:Film {id: i, plot: 'p' + i, few: i % 3})");
    await assert.rejects(read(one({ plot: 'HAS' })), {
      code: 'BAD_DATA',
      message:
        'The property plot of Film in the source films has more than 1,000 distinct values, so it is hardly a category.',
      next: /"mostValues" of films/,
    });
    await assert.rejects(read(one({ few: 'HAS' }, 2)), { message: /more than 2 distinct values/ });
    assert.equal((await read(one({ few: 'HAS' }, 3))).report.values[0].values, 3);
    assert.equal((await read(one({ plot: 'HAS' }, 1001))).report.values[0].values, 1001);
  });

  it('are refused where the database has no such property', async () => {
    await write(held.graph, NODES, RELATIONSHIPS);
    await assert.rejects(read(one({ gerne: 'IS' })), {
      code: 'USAGE',
      message: /no property "gerne"/,
      next: /"genre"/,
    });
  });
});
