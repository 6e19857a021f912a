import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { KgmentorEvent } from '../../src/events.js';
import { connect } from '../../src/graph/connect.js';
import { ping } from '../../src/graph/ping.js';
import { type ServeMetricsOptions, serveMetrics } from '../../src/operate/serveMetrics.js';
import { serverUri, useGraph } from '../_neo4j.js';
import { faultyProxy } from '../_proxy.js';

const held = useGraph();
const closers: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

async function serve(options: Partial<ServeMetricsOptions> = {}) {
  const usual = { port: 0, version: '1.2.3', reach: () => ping(held.graph), waitSeconds: 20 };
  const server = await serveMetrics({ ...usual, ...options });
  closers.push(server.close);
  return server;
}

/** The samples of a text of metrics: name with labels → value. */
const samples = async (url: string): Promise<Record<string, number>> => {
  const response = await fetch(`${url}/metrics`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
};

const health = async (url: string): Promise<[number, { status: string; reason?: string }]> => {
  const response = await fetch(`${url}/healthz`);
  return [response.status, (await response.json()) as { status: string; reason?: string }];
};

describe('metrics', () => {
  it('follow the events of trainings, readings and publications', async () => {
    const { url, host, onEvent } = await serve();
    assert.equal(host, '127.0.0.1');
    const of = { role: 'student', target: 'films' } as const;
    const rate = { rowsPerSecond: 120, etaSeconds: 1, waiting: 0 };
    const begun: KgmentorEvent[] = [
      { type: 'read', source: 'films', entities: 3, triples: 40, relations: 1 },
      { type: 'begun', ...of, folder: 'runs/a', resumed: false },
      { type: 'epoch', ...of, epoch: 1, epochs: 2, loss: 4.5, ...rate, memoryMb: 10 },
      { type: 'evaluated', ...of, epoch: 1, metric: 'mrr', value: 0.25, best: true },
    ];
    begun.forEach(onEvent);
    const run = '{role="student",target="films"}';
    const under = await samples(url);
    for (const [name, value] of Object.entries({
      'kgmentor_build_info{version="1.2.3"}': 1,
      'kgmentor_read_rows_total{source="films",kind="entities"}': 3,
      'kgmentor_read_rows_total{source="films",kind="triples"}': 40,
      [`kgmentor_runs_started_total${run}`]: 1,
      [`kgmentor_runs_running${run}`]: 1,
      [`kgmentor_epochs_total${run}`]: 1,
      [`kgmentor_loss${run}`]: 4.5,
      [`kgmentor_examples_per_second${run}`]: 120,
      [`kgmentor_training_memory_bytes${run}`]: 10 * 2 ** 20,
      [`kgmentor_validation_mrr${run}`]: 0.25,
      kgmentor_neo4j_reachable: 1,
    }))
      assert.equal(under[name], value, name);
    assert.equal(under[`kgmentor_runs_finished_total${run}`], undefined);
    assert.ok(under.process_cpu_seconds_total > 0 && under.process_resident_memory_bytes > 0);

    const before = Date.now() / 1000;
    const ended: KgmentorEvent[] = [
      { type: 'done', ...of, folder: 'runs/a', seconds: 12 },
      { type: 'begun', role: 'teacher', folder: 'runs/b', resumed: true },
      { type: 'failed', role: 'teacher', folder: 'runs/b', code: 'UNREACHABLE', message: 'away' },
      { type: 'published', source: 'films', label: 'Film', model: 'a', nodes: 7, index: 'i' },
      { type: 'published', source: 'films', label: 'Film', model: 'b', nodes: 8, index: 'j' },
      { type: 'refused', source: 'films', model: 'c', message: 'worse' },
    ];
    ended.forEach(onEvent);
    const over = await samples(url);
    for (const [name, value] of Object.entries({
      [`kgmentor_runs_finished_total${run}`]: 1,
      [`kgmentor_runs_running${run}`]: 0,
      [`kgmentor_examples_per_second${run}`]: 0,
      'kgmentor_run_duration_seconds_bucket{le="60",role="student",target="films"}': 1,
      'kgmentor_run_duration_seconds_bucket{le="10",role="student",target="films"}': 0,
      'kgmentor_runs_failed_total{role="teacher",target="",code="UNREACHABLE"}': 1,
      'kgmentor_published_entities_total{source="films",label="Film"}': 15,
      'kgmentor_gate_refusals_total{source="films"}': 1,
    }))
      assert.equal(over[name], value, name);
    assert.ok(over[`kgmentor_last_success_timestamp_seconds${run}`] >= before);
    assert.ok(over['kgmentor_last_published_timestamp_seconds{source="films"}'] >= before);
  });

  it('count what a scheduler missed and skipped, and what became of a queue’s jobs', async () => {
    const { url, onOperateEvent, onWorkerEvent, queued } = await serve();
    const at = '2026-06-01T01:00:00Z';
    onOperateEvent({ type: 'missed', schedule: 'nightly', times: [at], count: 12 });
    onOperateEvent({ type: 'skipped', schedule: 'nightly', target: 'films', at, why: 'under way' });
    onOperateEvent({ type: 'begun', schedule: 'nightly', target: 'films', at });
    onWorkerEvent({ type: 'began', id: 'a', tries: 1 });
    onWorkerEvent({ type: 'failed', id: 'a', reason: 'away', code: 'UNREACHABLE', final: false });
    onWorkerEvent({ type: 'failed', id: 'a', reason: 'gone', code: 'NO_DATA', final: true });
    onWorkerEvent({ type: 'done', id: 'b', result: null });
    queued({ waiting: 3, failed: 1 });
    queued({ waiting: 2, failed: 1 });
    const found = await samples(url);
    for (const [name, value] of Object.entries({
      'kgmentor_schedule_missed_total{schedule="nightly"}': 12,
      'kgmentor_schedule_skipped_total{schedule="nightly",target="films"}': 1,
      kgmentor_jobs_done_total: 1,
      kgmentor_jobs_failed_total: 1,
      'kgmentor_queue_jobs{state="waiting"}': 2,
      'kgmentor_queue_jobs{state="failed"}': 1,
    }))
      assert.equal(found[name], value, name);
  });

  it('have names with units by the convention, each with its help', async () => {
    const { url } = await serve();
    const text = await (await fetch(`${url}/metrics`)).text();
    const families = [...text.matchAll(/^# TYPE (kgmentor_\S+) (\S+)$/gm)];
    assert.ok(families.length > 10);
    for (const [, name, type] of families) {
      assert.match(text, new RegExp(`^# HELP ${name} \\S`, 'm'));
      assert.equal(name.endsWith('_total'), type === 'counter', name);
    }
  });

  it('answer nothing else, and nothing once they are closed', async () => {
    const { url, close } = await serve();
    assert.equal((await fetch(`${url}/`)).status, 404);
    const posted = await fetch(`${url}/metrics`, { method: 'POST' });
    assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET, HEAD']);
    await close();
    await assert.rejects(fetch(`${url}/healthz`), /fetch failed/);
  });

  it('are refused a port that is taken', async () => {
    const { port } = await serve();
    await assert.rejects(serve({ port }), { code: 'USAGE', message: /EADDRINUSE/ });
  });
});

describe('health', () => {
  let clock = 0;
  const now = () => clock;

  it('is well while the loop turns, and says so where it has stopped', async () => {
    const { url, beat } = await serve({ loopSeconds: 60, now });
    const [well, report] = await health(url);
    assert.deepEqual([well, report.status, report.reason], [200, 'ok', undefined]);
    clock += 61_000;
    const [stopped, { status, reason }] = await health(url);
    assert.deepEqual([stopped, status], [503, 'failing']);
    assert.match(reason ?? '', /The loop has not turned for 61 s/);
    beat();
    assert.equal((await health(url))[0], 200);
  });

  it('asks Neo4j, keeps to a recent answer, and tells when the server has gone', async () => {
    const proxy = await faultyProxy(serverUri());
    const { NEO4J_USERNAME: username, NEO4J_PASSWORD: password, NEO4J_DATABASE: database } = process.env;
    const graph = await connect({ uri: proxy.uri, username, password, database, retrySeconds: 1 });
    closers.push(proxy.close, () => graph.close());
    let asked = 0;
    const reach = () => {
      asked++;
      return ping(graph);
    };
    const { url } = await serve({ reach, now });
    for (let i = 0; i < 3; i++) assert.equal((await health(url))[0], 200);
    assert.equal(asked, 1);
    proxy.close();
    clock += 20_000;
    assert.equal((await health(url))[0], 200);
    assert.equal(asked, 2);
    clock += 11_000;
    const [status, { reason }] = await health(url);
    assert.equal(status, 503);
    assert.match(reason ?? '', /Neo4j/);
    assert.equal((await samples(url)).kgmentor_neo4j_reachable, 0);
  });

  it('waits a bounded time for a server that does not answer', async () => {
    const { url } = await serve({ reach: () => new Promise(() => undefined), waitSeconds: 0.1 });
    const [status, { reason }] = await health(url);
    assert.equal(status, 503);
    assert.match(reason ?? '', /has not answered within 0.1 s/);
  });
});
