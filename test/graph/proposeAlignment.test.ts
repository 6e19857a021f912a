import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Config, ConfigInput } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { type ProposedAlignment, proposeAlignment } from '../../src/graph/proposeAlignment.js';
import { writeProposedFile } from '../../src/graph/proposedFile.js';
import { readDescriptions } from '../../src/graph/readDescriptions.js';
import { readSchema } from '../../src/graph/schema.js';
import { writeProposed } from '../../src/graph/writeProposed.js';
import { kgmentor } from '../_cli.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { configOf } from './_films.js';
import { linksOf, type NewNode, type NewRelationship, write } from './_plain.js';

const held = useGraph();
const BIG = 9_007_199_254_740_993n; // 2^53 + 1
const ODD = 'a\t"tab"';

/** Films and persons of two sources that tell of the same ones in their own ways. */
const NODES: NewNode[] = [
  { at: 'dune84', labels: ['Film'], properties: { title: 'Dune', year: 1984n, tags: ['desert', 'spice'] } },
  { at: 'dune21', labels: ['Film'], properties: { title: 'Dune', year: 2021n } },
  { at: 'amelie', labels: ['Film'], properties: { title: 'Amélie', year: 2001n, vector: [0.5, 0.25] } },
  { at: 'odd', labels: ['Film'], properties: { title: ODD, year: 1n } },
  { at: 'kyle', labels: ['Person'], properties: { id: BIG, name: 'Kyle MacLachlan' } },
  { at: 'denis', labels: ['Person'], properties: { id: BIG + 1n, name: 'Denis Villeneuve' } },
  { at: 'Dune1984', labels: ['Work'], properties: { uri: 'http://x.org/Dune_(1984)', when: 1984.0 } },
  { at: 'Dune2021', labels: ['Work'], properties: { uri: 'http://x.org/Dune_(2021)', when: 2021.0 } },
  {
    at: 'Amelie',
    labels: ['Work'],
    properties: { uri: 'http://x.org/AMELIE', when: 2001.0, kgEmbeddingA: [1.0] },
  },
  { at: 'Odd', labels: ['Work'], properties: { uri: 'http://x.org/a_tab', when: 1.0 } },
  { at: 'Kyle', labels: ['Agent'], properties: { id: true, label: 'Kyle Maclachlan' } },
  { at: 'Denis', labels: ['Agent'], properties: { id: false, label: 'DENIS VILLENEUVE' } },
  ...Array.from({ length: 40 }, (_, i): NewNode[] => [
    { at: `f${i}`, labels: ['Film'], properties: { title: `f${i} one`, year: BigInt(3000 + i) } },
    { at: `w${i}`, labels: ['Work'], properties: { uri: `http://x.org/${i}w_other`, when: 4000.0 + i } },
  ]).flat(),
];
const RELATIONSHIPS: NewRelationship[] = [
  ['kyle', 'ACTS_IN', 'dune84'],
  ['denis', 'MADE', 'dune21'],
  ['Kyle', 'STARRING', 'Dune1984'],
  ['Denis', 'DIRECTED', 'Dune2021'],
];
const INPUT: ConfigInput = {
  sources: {
    films: {
      nodes: [
        { label: 'Film', key: ['title', 'year'], name: 'title' },
        { label: 'Person', key: 'id', name: 'name' },
      ],
    },
    works: {
      nodes: [
        { label: 'Work', key: 'uri' },
        { label: 'Agent', key: 'id', name: 'label' },
      ],
    },
  },
};
const propose = (config: Config = configOf(INPUT), options = {}, graph: Graph = held.graph) =>
  proposeAlignment(() => graph, config, ['films', 'works'], options);
const named = (found: readonly ProposedAlignment[]) =>
  found.map(({ labels, links }) => [
    ...labels,
    ...links.map(({ left, right }) => `${left.key.join(' ')} = ${right.key.join(' ')}`).sort(),
  ]);
const EXPECTED = [
  [
    'Film',
    'Work',
    'Amélie 2001 = http://x.org/AMELIE',
    'Dune 1984 = http://x.org/Dune_(1984)',
    'Dune 2021 = http://x.org/Dune_(2021)',
    `${ODD} 1 = http://x.org/a_tab`,
  ],
  ['Person', 'Agent', `${BIG} = true`, `${BIG + 1n} = false`],
];

beforeEach(async () => {
  await wipe(held.graph);
  await write(held.graph, NODES, RELATIONSHIPS);
});

describe('proposing links between two sources', () => {
  it('finds who is who by names, years and labels, and only reads', async () => {
    const graph: Graph = {
      ...held.graph,
      write: () => {
        throw new Error('a reader writes');
      },
    };
    const found = await propose(undefined, {}, graph);
    assert.deepEqual(named(found), EXPECTED);
    for (const { links } of found)
      for (const { confidence } of links) assert.ok(confidence >= 0.5 && confidence <= 1);
  });

  it('keeps to the labels and the confidence that are asked for', async () => {
    assert.deepEqual(named(await propose(undefined, { labels: ['Person', 'Agent'] })), [EXPECTED[1]]);
    assert.deepEqual(await propose(undefined, { labels: ['Person', 'Work'] }), []);
    const all = (await propose()).flatMap(({ links }) => links.map(({ confidence }) => confidence));
    const middle = [...all].sort()[3];
    const some = (await propose(undefined, { least: middle })).flatMap(({ links }) => links);
    assert.equal(some.length, all.filter((confidence) => confidence >= middle).length);
    await assert.rejects(propose(undefined, { labels: ['Film', 'Person'] }), {
      code: 'USAGE',
      message: /works has no label "Person"/,
    });
  });

  it('leaves out what is linked already', async () => {
    await run(held.graph, `MATCH (a:Film {year: 2001}), (b:Work {when: 2001.0}) CREATE (b)-[:SAME_AS]->(a)`);
    const config = configOf({ ...INPUT, alignments: [{ relationship: 'SAME_AS' }] });
    const [films] = named(await propose(config));
    assert.deepEqual(
      films,
      EXPECTED[0].filter((link) => !link.startsWith('Amélie')),
    );
  });

  it('goes on without alignments that are not there yet, and refuses a misspelt name', async () => {
    const alignments: ConfigInput['alignments'] = [
      { relationship: 'SAME_AS' },
      { file: 'not-there-yet.tsv', between: ['films', 'works'] },
    ];
    const absent: object[] = [];
    const found = await propose(configOf({ ...INPUT, alignments }), {
      onAbsent: (one: object) => void absent.push(one),
    });
    assert.deepEqual(named(found), EXPECTED);
    assert.deepEqual(absent, configOf({ ...INPUT, alignments }).alignments);
    const films = { nodes: [{ label: 'Film', key: ['title', 'year'], name: 'titel' }] };
    await assert.rejects(propose(configOf({ sources: { ...INPUT.sources, films } })), {
      code: 'USAGE',
      message: /no property "titel"/,
      next: /"title"/,
    });
  });

  it('reads values as text, without vectors and what is its own', async () => {
    const { dataset, ids } = await readDataset(() => held.graph, configOf(INPUT));
    const schema = await readSchema(held.graph);
    const valuesOf = async (s: number, start: string) => {
      const { name, entities } = dataset.sources[s];
      const values = await readDescriptions(held.graph, schema, entities.labels, ids[name]);
      return Object.fromEntries(values[entities.keys.findIndex((key) => key.startsWith(start))]);
    };
    assert.deepEqual(await valuesOf(0, '["Film","Dune",1984'), {
      title: ['Dune'],
      year: ['1984'],
      tags: ['desert', 'spice'],
    });
    assert.deepEqual(await valuesOf(0, '["Film","Am'), { title: ['Amélie'], year: ['2001'] });
    assert.deepEqual(await valuesOf(1, '["Work","http://x.org/AM'), {
      uri: ['http://x.org/AMELIE'],
      when: ['2001.0'],
    });
    assert.deepEqual(await valuesOf(1, '["Agent",true'), { id: ['true'], label: ['Kyle Maclachlan'] });
  });
});

describe('proposed links', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-align-'));
  after(() => rmSync(folder, { recursive: true }));

  it('are read back from their files as the links that they are', async () => {
    const found = await propose();
    const alignments = found.map((alignment, i) => {
      const file = path.join(folder, `${i}.tsv`);
      const { length } = alignment.links;
      assert.equal(writeProposedFile(file, alignment), length);
      return {
        file,
        between: ['films', 'works'] as [string, string],
        labels: [...alignment.labels] as [string, string],
      };
    });
    const { dataset } = await readDataset(() => held.graph, configOf({ ...INPUT, alignments }));
    const expected = found.flatMap(({ links }) =>
      links.map(({ confidence }) => Number(confidence.toFixed(4))),
    );
    assert.deepEqual(
      linksOf(dataset)
        .map((link) => Number((link[4] as number).toFixed(4)))
        .sort(),
      expected.sort(),
    );
    assert.equal(linksOf(dataset).length, 6);
  });

  it('become relationships once, in whichever direction they are there', async () => {
    await run(
      held.graph,
      `MATCH (a:Film {year: 2001}), (b:Work {when: 2001.0}) CREATE (b)-[:SAME {confidence: 0.1}]->(a)`,
    );
    const config = configOf(INPUT);
    const found = await propose(config);
    const sources = [config.sources.films, config.sources.works] as const;
    const writeAll = async () => {
      const created: number[] = [];
      for (const alignment of found)
        created.push(await writeProposed(held.graph, sources, alignment, 'SAME'));
      return created;
    };
    assert.deepEqual(await writeAll(), [3, 2]);
    assert.deepEqual(await writeAll(), [0, 0]);
    const kept = await run<{ confidence: number }>(
      held.graph,
      'MATCH (:Work)-[r:SAME]->(:Film) RETURN r.confidence AS confidence',
    );
    assert.deepEqual(kept, [{ confidence: 0.1 }]);
    const again = configOf({ ...INPUT, alignments: [{ relationship: 'SAME', confidence: 'confidence' }] });
    const { dataset } = await readDataset(() => held.graph, again);
    assert.equal(linksOf(dataset).length, 6);
    assert.deepEqual(await propose(again), []);
  });

  it('are refused where a node has changed since', async () => {
    const config = configOf(INPUT);
    const [films] = await propose(config);
    await run(held.graph, 'MATCH (n:Film {year: 2001}) SET n.year = 2002');
    await assert.rejects(
      writeProposed(held.graph, [config.sources.films, config.sources.works], films, 'SAME'),
      { code: 'BAD_DATA', message: /1 of 4 links lost an end/ },
    );
  });
});

describe('the command align', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-align-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const cli = async (...args: string[]) => {
    writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify(INPUT));
    return kgmentor(['align', ...args], { cwd: folder });
  };
  const count = async () =>
    (await run<{ n: number }>(held.graph, 'MATCH ()-[r:SAME_AS]-() RETURN count(r) AS n'))[0].n;

  it('proposes only in a dry run', async () => {
    const { code, stdout, stderr } = await cli('films', 'works', '--dry-run', '--json');
    assert.equal(code, 0, stderr);
    const { alignments } = JSON.parse(stdout) as { alignments: { proposed: unknown[] }[] };
    assert.deepEqual(
      alignments.map(({ proposed }) => proposed.length),
      [4, 2],
    );
    assert.equal(await count(), 0);
  });

  it('writes a file for each two labels and says how to name it in the configuration', async () => {
    const { code, stdout, stderr } = await cli('films', 'works', '--out', 'found.tsv');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /"file":"found-Film-Work.tsv","between":\["films","works"\],"labels":\["Film","Work"\]/,
    );
    assert.match(
      readFileSync(path.join(folder, 'found-Film-Work.tsv'), 'utf8'),
      /^\["Dune",1984\]\thttp:\/\/x.org\/Dune_\(1984\)\t0\.\d+$/m,
    );
    assert.match(
      readFileSync(path.join(folder, 'found-Person-Agent.tsv'), 'utf8'),
      new RegExp(`^${BIG}\ttrue\t0`, 'm'),
    );
    assert.equal(await count(), 0);
    const file = path.join(folder, 'found-Film-Work.tsv');
    writeFileSync(file, 'looked through');
    const again = await cli('films', 'works', '--out', 'found.tsv');
    assert.equal(again.code, 2);
    assert.match(again.stderr, /found-Film-Work.tsv and found-Person-Agent.tsv exist already/);
    assert.equal(readFileSync(file, 'utf8'), 'looked through');
    assert.equal((await cli('films', 'works', '--out', 'found.tsv', '--force')).code, 0);
    assert.match(readFileSync(file, 'utf8'), /Dune/);
  });

  it('writes relationships when asked to, once', async () => {
    for (const expected of [6, 0]) {
      const { code, stdout, stderr } = await cli('films', 'works', '--write', '--json');
      assert.equal(code, 0, stderr);
      const { alignments } = JSON.parse(stdout) as { alignments: { created: number }[] };
      assert.equal(
        alignments.reduce((sum, { created }) => sum + created, 0),
        expected,
      );
    }
    assert.equal(await count(), 12, 'six, seen from both ends');
  });

  it('refuses what it cannot do', async () => {
    for (const [args, says] of [
      [['films', 'films'], /cannot be aligned with itself/],
      [['films', 'nowhere'], /no source "nowhere"/],
      [['films', 'works', '--least', '2'], /--least 2/],
      [['films', 'works', '--labels', 'Film'], /--labels/],
      [['films', 'works', '--write', '--out', 'x.tsv'], /--write and --out cannot be together/],
      [['films', 'works', '--relationship', 'LIKE'], /--relationship names the type/],
    ] as const) {
      const { code, stderr } = await cli(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    }
  });
});
