import '../../_here.js';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { acquireLease } from '../../../src/graph/lease.js';
import { readRecord } from '../../../src/train/folder.js';
import { type CliOptions, kgmentor } from '../../_cli.js';
import { run, useGraph } from '../../_neo4j.js';
import { useRedis } from '../../_redis.js';
import { ringConfig } from '../../_rings.js';

const held = useGraph();
const redis = useRedis();
const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-queue-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const cli = (line: string, options: CliOptions = {}) =>
  kgmentor(line.split(' '), {
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
interface Student {
  id: string;
  result: { published: string; metrics: { tv: { all: { mrr: number } } } };
}
interface Queue {
  counts: Record<string, number>;
  jobs: { id: string; result?: { students?: Student[] } }[];
}

describe('trainings through a queue', () => {
  before(async () => {
    for (const label of ['Film', 'Book'])
      await run(
        held.graph,
        `UNWIND range(0, 29) AS i MERGE (a:${label} {id: i}) MERGE (b:${label} {id: (i + 1) % 30}) MERGE (a)-[:NEXT]->(b)`,
      );
    await run(held.graph, 'MATCH (a:Film), (b:Book {id: a.id}) CREATE (a)-[:SAME_AS]->(b)');
    const teacher = { ...ringConfig.teacher, epochs: 40, evaluateEvery: 100 };
    writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify({ ...ringConfig, teacher }));
  });

  it('go on at another worker when one is asked to end, and end with published students and a report', async () => {
    const added = await json<Added>('enqueue films --pretrain');
    assert.deepEqual(
      added.map(({ kind, state }) => [kind, state]),
      ['teacher', 'student', 'report'].map((kind) => [kind, 'added']),
    );
    const [teacher, films, report] = added;
    let url: string | undefined;
    let asked: Promise<{ status: number; metrics: string }> | undefined;
    const ask = async () => ({
      status: (await fetch(`${url}/healthz`)).status,
      metrics: await (await fetch(`${url}/metrics`)).text(),
    });
    const first = await cli('worker --threads 1 --metrics-port 0 --log worker.log', {
      onStderr: (text, child) => {
        url ??= /^metrics: (http:\/\/127\.0\.0\.1:\d+)\//m.exec(text)?.[1];
        if (asked || !/epoch \d+\/40/.test(text)) return;
        asked = ask();
        void asked.catch(() => undefined).then(() => child.kill('SIGTERM'));
      },
    });
    const { status, metrics } = (await asked) ?? {};
    assert.equal(status, 200);
    assert.match(metrics ?? '', /^kgmentor_queue_jobs\{state="(waiting|active)"\} 1$/m);
    const log = readFileSync(path.join(folder, 'worker.log'), 'utf8');
    for (const event of ['worker.began', 'begun', 'epoch', 'worker.returned'])
      assert.match(log, new RegExp(`"event":"${event}"`));
    assert.equal(first.code, 130, first.stderr);
    assert.match(first.stderr, new RegExp(`^${teacher.id}: back in the queue$`, 'm'));
    const { code, stderr } = await cli('worker --drain --threads 1');
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`^${teacher.id}: begun, time 2$`, 'm'));
    assert.doesNotMatch(stderr, /epoch 1\/40/);
    assert.match(stderr, new RegExp(`^${films.id}: student epoch 2/2`, 'm'));
    assert.match(stderr, new RegExp(`^${films.id}: published$`, 'm'));

    const { counts, jobs } = await json<Queue>('queue');
    assert.deepEqual([counts.completed, jobs.length], [3, 3]);
    const [{ id, result }] = jobs.find((job) => job.id === report.id)?.result?.students ?? [];
    assert.equal(id, films.id);
    assert.match(result.published, /^20\d\d-/);
    assert.ok(result.metrics.tv.all.mrr > 0);
    const live = await run<{ model: string; published: string }>(
      held.graph,
      'MATCH (p:KgPublication), (r:KgRun {id: p.model}) RETURN p.model AS model, toString(r.published) AS published',
    );
    assert.deepEqual(live, [{ model: films.id, published: result.published }]);
    assert.equal(readRecord(path.join(folder, 'runs', films.id)).teacher?.id, teacher.id);
    assert.deepEqual(readdirSync(path.join(folder, 'runs')).sort(), ['.queue', films.id, teacher.id].sort());
    assert.deepEqual(readdirSync(path.join(folder, 'runs', '.queue')), []);
  });

  it('go on from the published student where the data have changed, and are not queued again where they have not', async () => {
    const [before] = await run<{ model: string }>(
      held.graph,
      'MATCH (p:KgPublication) RETURN p.model AS model',
    );
    await run(held.graph, 'MATCH (a:Film {id: 0}), (b:Film {id: 9}) CREATE (a)-[:NEXT]->(b)');
    const [added] = await json<Added>('enqueue films --incremental');
    assert.equal(added.state, 'added');
    const { code, stderr } = await cli('worker --drain --threads 1');
    assert.equal(code, 0, stderr);
    const { from, drift, gate } = readRecord(path.join(folder, 'runs', added.id));
    assert.deepEqual([from?.id, gate?.against], [before.model, before.model]);
    assert.ok(drift && drift.entities > 0);
    const [again] = await json<Added>('enqueue films --incremental');
    assert.deepEqual([again.id, again.state], [added.id, 'completed']);
  });

  it('wait while another process retrains the target', async () => {
    await run(held.graph, 'MATCH (a:Film {id: 1}), (b:Film {id: 9}) CREATE (a)-[:NEXT]->(b)');
    const lease = await acquireLease(held.graph, 'retrain:films', { holder: 'anna' });
    const [{ id }] = await json<Added>('enqueue films');
    let released: Promise<void> | undefined;
    const { code, stderr } = await cli('worker --drain --threads 1', {
      onStderr(text) {
        if (text.includes(`${id}: waits: anna holds the lease retrain:films`)) released ??= lease.release();
      },
    });
    await released;
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`${id}: waits: [^]*${id}: begun, time 2\n[^]*${id}: published\n`));
    const leases = await run<{ holder: string | null }>(
      held.graph,
      "MATCH (l:KgLease {name: 'retrain:films'}) RETURN l.holder AS holder",
    );
    assert.deepEqual(leases, [{ holder: null }]);
  });

  it('tell by the exit code of a drained queue that a job failed, or that a student is not published', async () => {
    await run(held.graph, 'MATCH (a:Film {id: 2}), (b:Film {id: 9}) CREATE (a)-[:NEXT]->(b)');
    const [{ id }] = await json<Added>('enqueue films');
    const elsewhere = path.join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    const failed = await cli('worker --drain --threads 1', { cwd: elsewhere });
    assert.equal(failed.code, 5, failed.stderr);
    assert.match(failed.stderr, new RegExp(`The job ${id} failed: The teacher teacher-\\w+ is not in `));
    assert.equal((await cli('worker --drain')).code, 0);

    const { student } = ringConfig;
    const worse = {
      ...ringConfig,
      student: { ...student, epochs: 1, learningRate: 1e-6 },
      gate: { tolerance: 0 },
    };
    writeFileSync(path.join(folder, 'worse.json'), JSON.stringify(worse));
    const [refused] = await json<Added>('enqueue films --config worse.json');
    const { code, stderr } = await cli('worker --drain --threads 1');
    assert.equal(code, 6, stderr);
    assert.match(stderr, new RegExp(`The student ${refused.id} of films is not published: MRR `));
    assert.match((await cli('queue')).stdout, new RegExp(`${refused.id} .* not published: MRR `));
  });

  it('need two packages, which are asked for where they are not installed', async () => {
    const hooks = path.join(folder, 'hooks.mjs');
    writeFileSync(
      hooks,
      `import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) register(import.meta.url);
export async function resolve(name, at, next) {
  if (name === 'bullmq') throw Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(name, at);
}`,
    );
    const { code, stderr } = await cli('queue', {
      env: { NODE_OPTIONS: `--import ${pathToFileURL(hooks)}` },
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
