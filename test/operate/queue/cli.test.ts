import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readRecord } from '../../../src/train/folder.js';
import { type CliOptions, runCli } from '../../_cli.js';
import { run, useGraph } from '../../_neo4j.js';
import { useRedis } from '../../_redis.js';
import { ringConfig } from '../../_rings.js';

const held = useGraph();
const redis = useRedis();
const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-queue-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const cli = (line: string, options: CliOptions = {}) =>
  runCli(line.split(' '), {
    cwd: folder,
    ...options,
    env: { KGMENTOR_REDIS_URL: redis.server?.url, ...options.env },
  });
async function json<T>(line: string): Promise<T> {
  const { code, stdout, stderr } = await cli(`${line} --json`);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
}
type Added = { id: string; kind: string; state: string }[];
const runs = (...parts: string[]) => path.join(folder, 'runs', ...parts);

describe('trainings through a queue', () => {
  before(async () => {
    for (const label of ['Film', 'Book'])
      await run(
        held.graph,
        `UNWIND range(0, 29) AS i MERGE (a:${label} {id: i}) MERGE (b:${label} {id: (i + 1) % 30}) MERGE (a)-[:NEXT]->(b)`,
      );
    await run(held.graph, 'MATCH (a:Film), (b:Book {id: a.id}) CREATE (a)-[:SAME_AS]->(b)');
    const configure = (name: string, student: object) =>
      writeFileSync(
        path.join(folder, name),
        JSON.stringify({ ...ringConfig, student: { ...ringConfig.student, ...student } }),
      );
    configure('kgmentor.json', {});
    configure('long.json', { epochs: 150, evaluateEvery: 1, patience: 1000 });
  });

  it('train a teacher, then its students, publish them and report', async () => {
    const added = await json<Added>('enqueue --targets films,books --pretrain');
    assert.deepEqual(
      added.map(({ kind, state }) => [kind, state]),
      ['teacher', 'student', 'student', 'report'].map((kind) => [kind, 'added']),
    );
    const [teacher, films, books, report] = added;
    const { code, stderr } = await cli('worker --drain --threads 1');
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`^${films.id}: student epoch 2/2`, 'm'));
    const { jobs } = await json<{ jobs: { id: string; tries: number; result: { students: object[] } }[] }>(
      'queue',
    );
    assert.equal(jobs.length, 4);
    const told = jobs.find(({ id }) => id === report.id)?.result.students as {
      id: string;
      result: { published: string };
    }[];
    assert.deepEqual(
      told.map(({ id }) => id),
      [films.id, books.id],
    );
    for (const { result } of told) assert.match(result.published, /^20\d\d-/);
    const live = await run<{ model: string }>(
      held.graph,
      'MATCH (p:KgPublication) RETURN p.model AS model ORDER BY p.source DESC',
    );
    assert.deepEqual(
      live.map(({ model }) => model),
      [films.id, books.id],
    );
    assert.equal(readRecord(runs(films.id)).teacher?.id, teacher.id);
    assert.deepEqual(readdirSync(runs('.queue')), []);
  });

  it('stop with a checkpoint, and another worker goes on to the same weights', async () => {
    const [{ id }] = await json<Added>('enqueue films --no-teacher --config long.json');
    let asked = false;
    const first = await cli('worker --threads 1', {
      onStderr: (text, child) => {
        if (asked || !/epoch \d+\/150/.test(text)) return;
        asked = true;
        child.kill('SIGTERM');
      },
    });
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, new RegExp(`^${id}: back in the queue$`, 'm'));
    const { code, stderr } = await cli('worker --drain --threads 1');
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`^${id}: begun, time 2$`, 'm'));
    assert.doesNotMatch(stderr, /epoch 1\/150/);
    const whole = await cli('retrain films --no-teacher --config long.json --threads 1 --json');
    assert.equal(whole.code, 0, whole.stderr);
    const model = (at: string) => readFileSync(path.join(at, 'model.safetensors'));
    assert.ok(model(runs(id)).equals(model((JSON.parse(whole.stdout) as { folder: string }).folder)));
  });

  it('need two packages, which are asked for where they are not installed', async () => {
    const hook = `data:text/javascript,${encodeURIComponent(
      "export async function resolve(name, at, next) { if (name === 'bullmq') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }); return next(name, at); }",
    )}`;
    const register = `data:text/javascript,import { register } from 'node:module'; register(${JSON.stringify(hook)});`;
    const { code, stderr } = await cli('queue', {
      env: { NODE_OPTIONS: `--import=${register.replaceAll(' ', '%20')}` },
    });
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /needs the packages bullmq and ioredis, not installed here\.\nRun `npm install bullmq ioredis`/,
    );
  });

  it('take no password from a flag', async () => {
    const { code, stderr } = await cli('queue --redis redis://:secret@localhost:6379');
    assert.equal(code, 2, stderr);
    assert.doesNotMatch(stderr, /secret/);
  });
});
