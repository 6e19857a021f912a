import '../_here.js';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import pLimit from 'p-limit';
import type { KgmentorEvent, OnEvent } from '../../src/events.js';
import { acquireLease } from '../../src/graph/lease.js';
import { readPublishedModel } from '../../src/graph/publishedModel.js';
import { listRuns } from '../../src/graph/runs.js';
import type { OperateEvent } from '../../src/operate/events.js';
import { judge } from '../../src/operate/gate.js';
import { type RetrainOutcome, retrainJob } from '../../src/operate/retrainJob.js';
import { runSchedules } from '../../src/operate/schedule.js';
import { runScheduled } from '../../src/operate/scheduled.js';
import { readRecord } from '../../src/train/folder.js';
import { listRunFolders } from '../../src/train/runs.js';
import { kgmentor } from '../_cli.js';
import { run, useGraph } from '../_neo4j.js';
import { fastClock } from './_fastClock.js';
import { type Films, newFilms, small } from './_films.js';

const held = useGraph();
let films: Films;
type Done = Extract<RetrainOutcome, { run: string }>;

const job = ({ onEvent, ...change }: { onEvent?: OnEvent; config?: object } = {}) =>
  retrainJob(
    { ...films, target: 'films', ...(change as object) },
    { threads: 1, graceSeconds: 0, onEvent },
  ) as Promise<Done>;
const told: KgmentorEvent[] = [];
const typesTold = () => new Set(told.splice(0).map(({ type }) => type));

const students = () => listRunFolders(films.config.runs).filter(({ record }) => record.kind === 'student');
const forget = ({ run: id }: Done) => run(held.graph, 'MATCH (r:KgRun {id: $id}) DELETE r', { id });
const published = async () => (await readPublishedModel(held.graph, 'films'))?.id;

/** The day comes at which a schedule's time is: what it does then, by the real job. */
async function comesThreeOClock(): Promise<OperateEvent[]> {
  const clock = fastClock(Date.parse('2026-06-01T00:59:00Z'));
  const stop = new AbortController();
  const events: OperateEvent[] = [];
  const { schedules } = films.config;
  const ended = runSchedules({
    ...{ schedules, states: {}, keep: () => {}, limit: pLimit(1), clock, signal: stop.signal },
    onEvent: (event) => events.push(event),
    run: (target, schedule) =>
      runScheduled(target, schedule, {
        check: () => assert.fail('the schedule asks for no check'),
        retrain: (_, how) => job({ ...how, onEvent: (event: KgmentorEvent) => told.push(event) }),
      }),
  });
  await clock.runTo(clock.now() + 2 * 60_000);
  stop.abort();
  await ended;
  return events;
}

describe('one retraining', () => {
  let first: Done;
  let second: Done;

  before(async () => {
    films = await newFilms(held.graph);
  });
  after(() => films.remove());

  it('needs a teacher unless it may train one', async () => {
    await assert.rejects(job(), { code: 'NO_DATA' });
    assert.deepEqual(students(), []);
  });

  it('begins when its time comes: trains the missing teacher and the student, and publishes it', async () => {
    const events = await comesThreeOClock();
    const [begun, outcome] = events as [
      OperateEvent,
      Extract<OperateEvent, { type: 'outcome' }>,
      ...OperateEvent[],
    ];
    assert.deepEqual(
      [begun.type, outcome.outcome, outcome.why, outcome.at, events.length],
      ['begun', 'published', 'nothing is published yet', '2026-06-01T01:00:00.000Z', 2],
    );
    const [{ folder, record }] = students();
    assert.deepEqual([record.id, await published()], [outcome.run, outcome.run]);
    const [recorded] = await listRuns(held.graph, { source: 'films' });
    assert.deepEqual(
      [recorded.id, recorded.outcome, recorded.dataDigest],
      [record.id, 'published', record.dataDigest],
    );
    first = { run: record.id, folder } as Done;
    const types = typesTold();
    assert.ok(types.has('done') && types.has('published') && !types.has('refused'));
  });

  it('keeps the published student where the new one is worse', async () => {
    await run(held.graph, 'MATCH (a:Film {id: 0}), (b:Film {id: 20}) CREATE (a)-[:r1]->(b)');
    second = await job({
      config: { ...films.worse, gate: { metric: 'mrr', tolerance: 0 } },
      onEvent: (event) => told.push(event),
    });
    const { outcome, pretrained, student, gate } = second;
    assert.deepEqual(
      [outcome, pretrained, student, gate.passed, gate.basis, gate.against],
      ['refused', false, 'trained', false, 'asked', first.run],
    );
    assert.match(gate.why, /^MRR [\d.]+ against [\d.]+ of films-.* on \d+ validation facts that both/);
    assert.equal(await published(), first.run);
    const types = typesTold();
    assert.ok(types.has('refused') && !types.has('published'));
    const [recorded] = await listRuns(held.graph, { source: 'films' });
    assert.deepEqual([recorded.id, recorded.outcome], [second.run, 'refused']);
    assert.equal(readRecord(second.folder).gate?.why, gate.why);
  });

  it('is judged on the command line as well', async () => {
    writeFileSync(
      path.join(films.folder, 'strict.json'),
      JSON.stringify({ ...small, gate: { tolerance: 0 } }),
    );
    const publish = `publish films --gate --config strict.json --run ${second.run}`;
    const { code, stderr } = await kgmentor(publish.split(' '), { cwd: films.folder });
    assert.equal(code, 6, stderr);
    assert.match(stderr, /is not published: MRR .*\nReaders stay with the old one/);
    assert.equal(await published(), first.run);
  });

  it('is refused where another one retrains the target', async () => {
    const lease = await acquireLease(held.graph, 'retrain:films', { holder: 'anna' });
    const busy = await retrainJob({ ...films, target: 'films' });
    await lease.release();
    assert.ok(busy.outcome === 'busy');
    assert.match(busy.why, /^anna holds the lease retrain:films/);
  });

  it('goes on from where a kill has ended it: after the training, and after the publication', async () => {
    await forget(second);
    const trained = await job({ config: films.worse });
    assert.deepEqual(
      [trained.run, trained.student, trained.outcome, trained.gate.basis],
      [second.run, 'found', 'published', 'asked'],
    );
    await forget(second);
    const { student, gate, publication } = await job({ config: films.worse });
    assert.deepEqual([student, gate.basis, publication], ['found', 'same', undefined]);
    assert.deepEqual([await published(), students().length], [second.run, 2]);
  });

  it('trains nothing where the data are those of the last student, also where an earlier look saw a change', async () => {
    const before = students().length;
    const { outcome } = (await retrainJob({
      ...films,
      target: 'films',
      onlyIfChanged: true,
    })) as RetrainOutcome;
    assert.deepEqual([outcome, students().length], ['unchanged', before]);
  });

  it('goes on from the published student where that is asked for, and begins anew where there is none alike', async () => {
    await run(held.graph, 'MATCH (a:Film {id: 1}), (b:Film {id: 21}) CREATE (a)-[:r1]->(b)');
    const next = await job({ incremental: true } as object);
    const { from, drift } = readRecord(next.folder);
    assert.deepEqual([next.outcome, next.from, from?.id], ['published', second.run, second.run]);
    assert.ok((drift?.cosine ?? 0) > 0.9);
    await forget(next);
    const again = await job({ incremental: true } as object);
    assert.deepEqual([again.run === next.run, again.from], [false, next.run]);
    const wider = { ...films.config, student: { ...films.config.student, dim: 16 } };
    const anew = await job({ incremental: true, config: wider } as object);
    assert.equal(anew.from, undefined);
  });

  it('compares with the recorded figure where the published run is gone, and with nothing else', async () => {
    const { runs, gate, evaluation } = films.config;
    const against = (metrics: Record<string, number>) =>
      judge({ ...{ folder: first.folder, runs, gate, evaluation }, published: { id: 'gone', metrics } });
    const recorded = await against({ 'valid.mrr': 0.75, 'tv.mrr': 0.1 });
    assert.deepEqual([recorded.basis, recorded.published, recorded.passed], ['recorded', 0.75, true]);
    const unknown = await against({ 'tv.mrr': 0 });
    assert.deepEqual([unknown.basis, unknown.passed], ['unknown', false]);
  });
});
