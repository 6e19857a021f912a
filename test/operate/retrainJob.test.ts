import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { acquireLease } from '../../src/graph/lease.js';
import { readPublishedModel } from '../../src/graph/publishedModel.js';
import { listRuns } from '../../src/graph/runs.js';
import { type RetrainOutcome, retrainJob } from '../../src/operate/retrainJob.js';
import { readRecord } from '../../src/train/folder.js';
import { files } from '../../src/train/job.js';
import { listRunFolders } from '../../src/train/runs.js';
import { run, useGraph } from '../_neo4j.js';
import { type Films, newFilms } from './_films.js';

const held = useGraph();
let films: Films;
type Done = Extract<RetrainOutcome, { run: string }>;

const job = (change: object = {}) =>
  retrainJob(
    { ...films, target: 'films', pretrain: true, ...change },
    { threads: 1, graceSeconds: 0 },
  ) as Promise<Done>;

const students = () => listRunFolders(films.config.runs).filter(({ record }) => record.kind === 'student');

describe('one retraining', () => {
  let first: Done;

  before(async () => {
    films = await newFilms(held.graph);
  });
  after(() => films.remove());

  it('needs a teacher unless it may train one', async () => {
    await assert.rejects(job({ pretrain: false }), { code: 'NO_DATA' });
    assert.deepEqual(students(), []);
  });

  it('trains the missing teacher, trains the student, and publishes it', async () => {
    first = await job();
    assert.deepEqual(
      [first.outcome, first.pretrained, first.student, first.gate.basis],
      ['published', true, 'trained', 'first'],
    );
    assert.equal((await readPublishedModel(held.graph, 'films'))?.id, first.run);
    assert.equal(first.dataDigest, readRecord(first.folder).dataDigest);
    const [recorded] = await listRuns(held.graph, { source: 'films' });
    assert.deepEqual([recorded.id, recorded.outcome], [first.run, 'published']);
  });

  it('takes the teacher that is there, and compares with the published student', async () => {
    await run(held.graph, 'MATCH (a:Film {id: 0}), (b:Film {id: 20}) CREATE (a)-[:r1]->(b)');
    const second = await job();
    assert.deepEqual(
      [second.outcome, second.pretrained, second.student, second.gate.basis, second.gate.against],
      ['published', false, 'trained', 'asked', first.run],
    );
    assert.equal(second.teacher, first.teacher);
    assert.notEqual(second.dataDigest, first.dataDigest);
  });

  it('is refused where another one retrains the target', async () => {
    const lease = await acquireLease(held.graph, 'retrain:films', { holder: 'anna' });
    const busy = await retrainJob({ ...films, target: 'films' });
    await lease.release();
    assert.ok(busy.outcome === 'busy');
    assert.match(busy.why, /^anna holds the lease retrain:films/);
  });

  it('takes up a student whose training a kill has followed', async () => {
    const before = students().length;
    await run(held.graph, 'MATCH (a:Film {id: 1}), (b:Film {id: 21}) CREATE (a)-[:r1]->(b)');
    const third = await job();
    // As if it had been killed after the training: nobody judged, recorded or published it.
    await run(held.graph, 'MATCH (r:KgRun {id: $id}) DELETE r', { id: third.run });
    const taken = await job();
    assert.deepEqual([taken.run, taken.student, taken.gate.basis], [third.run, 'found', 'same']);
    assert.equal(students().length, before + 1);
  });

  it('keeps the published student where the new one is worse', async () => {
    const { id } = (await readPublishedModel(held.graph, 'films'))!;
    const student = { ...films.config.student, epochs: 1, learningRate: 1e-6, seed: 9 };
    const worse = await job({ config: { ...films.config, student, gate: { metric: 'mrr', tolerance: 0 } } });
    assert.deepEqual([worse.outcome, worse.gate.passed, worse.gate.basis], ['refused', false, 'asked']);
    assert.match(worse.gate.why, /^MRR [\d.]+ against [\d.]+ of films-.* on \d+ validation facts/);
    assert.equal((await readPublishedModel(held.graph, 'films'))?.id, id);
    const [recorded] = await listRuns(held.graph, { source: 'films' });
    assert.deepEqual([recorded.id, recorded.outcome], [worse.run, 'refused']);
  });

  it('compares with the recorded figure where the published run is gone', async () => {
    const { id, metrics } = (await readPublishedModel(held.graph, 'films'))!;
    rmSync(path.join(films.config.runs, id, files.model));
    await run(held.graph, 'MATCH (a:Film {id: 2}), (b:Film {id: 22}) CREATE (a)-[:r1]->(b)');
    const next = await job({ config: { ...films.config, gate: { metric: 'hits10', tolerance: 1 } } });
    assert.deepEqual(
      [next.outcome, next.gate.basis, next.gate.published],
      ['published', 'recorded', metrics['valid.hits10']],
    );
  });
});
