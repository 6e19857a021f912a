import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readRecord } from '../../../src/train/folder.js';
import { type CliOptions, runCli } from '../../_cli.js';
import { run, useGraph } from '../../_neo4j.js';
import { useRedis } from '../../_redis.js';
import { importRings, ringConfig, writeRings } from '../../_rings.js';

const held = useGraph();
const redis = useRedis();
const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-queue-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const cli = (line: string, options: CliOptions = {}) =>
  runCli(line.split(' '), {
    cwd: folder,
    ...options,
    env: { KGMENTOR_REDIS_URL: redis.server.url, ...options.env },
  });
const json = async <T>(line: string): Promise<T> => {
  const { code, stdout, stderr } = await cli(`${line} --json`);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
};
type Added = { id: string; kind: string; state: string }[];
interface Queue {
  counts: Record<string, number>;
  jobs: { id: string; kind: string; state: string; tries: number; reason?: string; result?: unknown }[];
}

const configure = (more: object, name = 'kgmentor.json') =>
  writeFileSync(path.join(folder, name), JSON.stringify({ ...ringConfig, ...more }));

describe('a queue of trainings', () => {
  before(async () => {
    writeRings(folder);
    configure({});
    for (const line of importRings) {
      const { code, stderr } = await cli(line);
      assert.equal(code, 0, stderr);
    }
  });

  it('takes a job once, and another one where configuration or data differ', async () => {
    const planned = await json<Added>('enqueue films --no-teacher --dry-run');
    assert.deepEqual(
      planned.map(({ state }) => state),
      ['not queued'],
    );
    assert.equal((await json<Queue>('queue')).jobs.length, 0);
    const [first] = await json<Added>('enqueue films --no-teacher');
    assert.equal(first.state, 'added');
    assert.equal(first.id, planned[0].id);
    assert.deepEqual(await json('enqueue films --no-teacher'), [{ ...first, state: 'waiting' }]);
    configure({ runs: 'elsewhere' }, 'other.json');
    assert.deepEqual(await json('enqueue films --no-teacher --config other.json'), [
      { ...first, state: 'waiting' },
    ]);
    configure({ student: { ...ringConfig.student, seed: 7 } }, 'seed.json');
    const [other] = await json<Added>('enqueue films --no-teacher --config seed.json --dry-run');
    assert.notEqual(other.id, first.id);
    await run(held.graph, "MATCH (a:Film {id: 'f0'}), (b:Film {id: 'f9'}) CREATE (a)-[:LIKES]->(b)");
    const [grown] = await json<Added>('enqueue films --no-teacher --dry-run');
    assert.notEqual(grown.id, first.id);
    await run(held.graph, "MATCH (:Film {id: 'f0'})-[r:LIKES]->(:Film {id: 'f9'}) DELETE r");
    assert.equal((await json<Queue>('queue')).counts.waiting, 1);
  });

  it('is worked off: trained, published, and told', async () => {
    const { code, stderr } = await cli('worker --drain --threads 1');
    assert.equal(code, 0, stderr);
    const { counts, jobs } = await json<Queue>('queue');
    assert.equal(counts.completed, 1);
    const [{ id, tries }] = jobs;
    assert.equal(tries, 1);
    const [{ model }] = await run<{ model: string }>(
      held.graph,
      'MATCH (p:KgPublication {source: "films"}) RETURN p.model AS model',
    );
    assert.equal(model, id);
    assert.equal(readRecord(path.join(folder, 'runs', id)).status, 'done');
    const shown = await json<{ result: { published: string } }>(`queue show ${id}`);
    assert.match(shown.result.published, /^20\d\d-/);
    assert.match(stderr, new RegExp(`^${id}: student epoch 2/2`, 'm'));
  });

  it('trains a teacher, then its students, then reports', async () => {
    const added = await json<Added>('enqueue --targets films,books --pretrain');
    assert.deepEqual(
      added.map(({ kind }) => kind),
      ['teacher', 'student', 'student', 'report'],
    );
    const [teacher, films, books, report] = added;
    const { code, stderr } = await cli('worker --drain --threads 1');
    assert.equal(code, 0, stderr);
    const told = await json<{
      state: string;
      result: { students: { id: string; result: { run: string } }[] };
    }>(`queue show ${report.id}`);
    assert.equal(told.state, 'completed');
    assert.deepEqual(
      told.result.students.map(({ id, result }) => [id, result.run]),
      [
        [films.id, films.id],
        [books.id, books.id],
      ],
    );
    assert.equal(readRecord(path.join(folder, 'runs', films.id)).teacher?.id, teacher.id);
    assert.deepEqual(readdirSync(path.join(folder, 'runs', '.queue')), []);
    const [direct] = await json<Added>(`enqueue films --teacher ${teacher.id}`);
    assert.deepEqual(direct, { ...films, state: 'completed' });
  });
});
