import './_here.js';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../src/config.js';
import type { ReadReport } from '../src/graph/dataset.js';
import type { PublishResult } from '../src/graph/publish.js';
import { readFacts, readModelEntities } from '../src/train/folder.js';
import { readJob } from '../src/train/job.js';
import { kgmentor } from './_cli.js';
import { run, useGraph } from './_neo4j.js';

const N = 30;
const held = useGraph();
let folder: string;

const cli = (...args: string[]) => kgmentor(args, { cwd: folder });

/** The one object that a command prints with --json. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await cli(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
}

const configOf = (change: Partial<ConfigInput> = {}): ConfigInput => ({
  sources: {
    films: { nodes: [{ label: 'Film', key: 'id', values: { genre: 'HAS_GENRE' } }] },
    books: {
      nodes: [{ label: 'Book', key: 'id', values: { kinds: 'HAS_GENRE' } }],
      relations: { weight: { LIKES: 'stars' } },
    },
  },
  alignments: [{ relationship: 'SAME_AS' }],
  heldOut: { valid: 0.1, test: 0.2 },
  teacher: { dim: 8, epochs: 2, batch: 16 },
  student: { dim: 8, epochs: 2, batch: 16 },
  ...change,
});
const write = (name: string, config: ConfigInput) =>
  writeFile(path.join(folder, name), JSON.stringify(config));

after(() => rm(folder, { recursive: true }));

const VALUES = [
  { source: 'films', label: 'Film', property: 'genre', relation: 'HAS_GENRE', values: 3, facts: N },
  { source: 'books', label: 'Book', property: 'kinds', relation: 'HAS_GENRE', values: 4, facts: 2 * N },
];
const CROSS = [
  { from: 'films', to: 'books', type: 'BASED_ON', count: N },
  { from: 'films', to: null, type: 'SET_IN', count: N },
];

describe('values and relationships across sources', () => {
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'kgmentor-values-'));
    await write('kgmentor.json', configOf());
    await write('fed.json', configOf({ feed: 'cypher' }));
    // Rings of films and of books that are linked one to one; a film is of one genre, a book of its film's and of all.
    await run(
      held.graph,
      `UNWIND range(0, ${N - 1}) AS i
     CREATE (f:Film {id: i, genre: 'g' + i % 3}), (b:Book {id: i, kinds: ['g' + i % 3, 'any']}), (p:Place)
     CREATE (f)-[:SAME_AS]->(b), (f)-[:BASED_ON]->(b), (f)-[:SET_IN]->(p)`,
    );
    for (const label of ['Film', 'Book'])
      await run(
        held.graph,
        `UNWIND range(0, ${N - 1}) AS i UNWIND [1, 2] AS step
       MATCH (a:${label} {id: i}), (b:${label} {id: (i + step) % ${N}})
       CREATE (a)-[:LIKES {stars: 1 + i % 5}]->(b)`,
      );
  });

  it('are counted by sources, for people and as JSON', async () => {
    const report = await json<ReadReport>('sources');
    assert.deepEqual(report.values, VALUES);
    assert.deepEqual(report.cross, CROSS);
    assert.deepEqual(report.links, [
      { alignment: 'relationship SAME_AS', links: N, outside: 0 },
      { alignment: 'equal values of HAS_GENRE', links: 3, outside: 0 },
    ]);
    const { stdout, stderr } = await cli('sources');
    assert.match(stdout, /^books +Book\.kinds +HAS_GENRE +4 +60$/m);
    assert.match(stdout, /^films +BASED_ON +books +30$/m);
    assert.match(stdout, /^films +SET_IN +nodes of no source read +30$/m);
    assert.match(stderr, /^links by equal values of HAS_GENRE: 3$/m);
  });

  it('are told by doctor, which checks the names of weights', async () => {
    const findings = async (name: string) => {
      const { stdout } = await cli('doctor', '--json', '--config', name);
      return JSON.parse(stdout) as { what: string; ok: boolean; found: string; mend?: string }[];
    };
    const of = (source: string, all: Awaited<ReturnType<typeof findings>>) =>
      all.find(({ what }) => what === `source ${source}`);
    const sound = await findings('kgmentor.json');
    assert.equal(of('films', sound)?.found, `${N} nodes of Film, 3 values of properties`);
    const { films, books } = configOf().sources;
    const wrong = { ...books, relations: { weight: { LIKES: 'start' } } };
    await write('wrong.json', configOf({ sources: { films, books: wrong } }));
    const found = of('books', await findings('wrong.json'));
    assert.equal(found?.ok, false);
    assert.match(found?.mend ?? '', /"stars"/);
  });

  it('are told when a teacher and a student are trained', async () => {
    const dry = await cli('pretrain', '--dry-run');
    assert.match(dry.stderr, /^values of films\.Film\.genre as HAS_GENRE: 3, in 30 facts$/m);
    assert.match(dry.stderr, /^not read: 30 relationships BASED_ON from films to books$/m);
    const taught = await json<{ read: ReadReport }>('pretrain', '--threads', '1');
    assert.deepEqual(taught.read.cross, CROSS);
    const { read } = await json<{ read: ReadReport }>('retrain', 'films', '--threads', '1');
    assert.deepEqual(read.cross, CROSS);
    assert.deepEqual(read.values, VALUES);
  });

  it('have a class of their own among the candidates, and weights beside them are trained on', async () => {
    const [student] = (await readdir(path.join(folder, 'runs'))).filter((name) => name.startsWith('films'));
    const at = path.join(folder, 'runs', student);
    const { sources } = readModelEntities(at);
    assert.deepEqual(sources[0].labels, ['Film', '=HAS_GENRE']);
    const { label } = readFacts(at);
    assert.equal(label.filter((id) => id === 1).length, 3);
    const { valid, queries } = readJob(at);
    const { candidates, answer } = valid ?? assert.fail('nothing to validate');
    assert.ok(candidates, 'candidates are by class');
    for (const [i, entity] of answer.entries()) assert.equal(candidates.set[i], label[entity]);
    assert.deepEqual(
      candidates.members.map((members) => members.length),
      [N, 3],
    );
    assert.ok(new Set(queries.weight).size > 2, 'weights of the background');
  });

  it('are not published: all nodes have vectors and nothing is missing', async () => {
    const result = await json<PublishResult>('publish', 'films');
    assert.deepEqual([result.missing, result.withoutVector], [0, 0]);
    assert.deepEqual(
      result.labels.map(({ label, written }) => [label, written]),
      [['Film', N]],
    );
    assert.deepEqual(await run(held.graph, 'MATCH (r:KgRelation) RETURN r.name AS name'), [
      { name: 'LIKES' },
    ]);
    const answers = await json<{ key: number[] }[]>('predict', 'films', '3', 'LIKES');
    assert.ok(answers.length > 0);
    const { code, stderr } = await cli('predict', 'films', '3', 'HAS_GENRE');
    assert.equal(code, 2, stderr);
    assert.match(stderr, /HAS_GENRE leads to values of a property, .*\n.*LIKES/);
  });

  it('are not fed by Cypher, which is said before anything is read', async () => {
    const before = await readdir(path.join(folder, 'runs'));
    const { code, stdout, stderr } = await cli('retrain', 'films', '--config', 'fed.json');
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^kgmentor: The source films has values .*"feed": "cypher" cannot serve\.\n.*"memory"/,
    );
    assert.deepEqual(await readdir(path.join(folder, 'runs')), before);
  });
});
