import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { readTensors } from '../../src/model/safetensors.js';
import { forkTensorFlow } from '../../src/train/fork.js';
import { files, type TeacherLink, writeJob } from '../../src/train/job.js';
import type { ChildMessage } from '../../src/train/messages.js';
import { runTraining } from '../../src/train/process.js';
import { trainingQueries } from '../../src/train/queries.js';
import { isWorthAThread } from '../../src/train/threadBatches.js';
import { folder, RELATIONS, ROWS, ring, studentJob, teacherJob } from './_graph.js';
import { largeTeacher } from './plan/_jobs.js';

const weights = (run: string, name: string = files.model): Buffer => readFileSync(join(run, name));
const mrr = (run: string): number => {
  const ranks = readTensors(join(run, files.ranks)).tensors.rest.data as Float32Array;
  return ranks.reduce((sum, r) => sum + 1 / r, 0) / ranks.length;
};
const code = (expected: string) => (error: unknown) =>
  error instanceof KgmentorError && error.code === expected;

async function train(job: ReturnType<typeof teacherJob>): Promise<string> {
  const run = folder();
  writeJob(run, job);
  await runTraining(run);
  return run;
}

/** A trained teacher, which nothing is changed in. */
let teacher: string;
before(async () => {
  teacher = await train(teacherJob());
});
const copied = (): string => {
  const run = folder();
  cpSync(teacher, run, { recursive: true });
  return run;
};

test('a teacher learns a ring, and equal seeds give equal weights bit for bit', async () => {
  const first = await train(teacherJob({ epochs: 30, patience: 30 }));
  const second = await train(teacherJob({ epochs: 30, patience: 30 }));
  assert.ok(mrr(first) > 0.5, `MRR ${mrr(first)}; chance is about 0.1`);
  assert.ok(weights(first).equals(weights(second)));
  const third = await train(teacherJob({ epochs: 30, patience: 30, seed: 2 }));
  assert.ok(!weights(first).equals(weights(third)));
});

test('equal seeds give equal weights bit for bit also where threads share the additions of a batch', async () => {
  // Every query has a third of all entities as its answers: a hundred thousand additions to 200 rows a batch.
  const rows = 200;
  const facts = [...Array(rows * RELATIONS * rows).keys()]
    .map((i) => [Math.floor(i / rows / RELATIONS), Math.floor(i / rows) % RELATIONS, i % rows])
    .filter(([head, relation, tail]) => (head * 7 + relation * 5 + tail * 3) % 11 < 4);
  const column = (at: number) => Int32Array.from(facts, (fact) => fact[at]);
  const triples = { head: column(0), relation: column(1), tail: column(2) };
  const queries = trainingQueries([{ triples, weight: 1 }], rows, RELATIONS);
  const job = { ...teacherJob({ batch: 1600, epochs: 8, dim: 32 }), rows, entities: rows, queries };
  const runs = [folder(), folder()];
  for (const run of runs) {
    writeJob(run, job);
    await runTraining(run, { threads: 2 });
  }
  assert.ok(weights(runs[0]).equals(weights(runs[1])));
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`a ${signal} that reaches the training as well leaves the stop to its parent: it writes its checkpoint`, async () => {
    const run = folder();
    writeJob(run, teacherJob({ epochs: 100_000, patience: 100_000 }));
    const script = new URL('../../src/train/child.js', import.meta.url);
    const { child } = forkTensorFlow(script, [run, 'begin'], 1);
    const ended = new Promise<ChildMessage>((resolve) => {
      let told = false;
      child.on('message', (message: ChildMessage) => {
        if (message.type === 'ended') resolve(message);
        if (message.type !== 'epoch' || told) return;
        told = true;
        child.kill(signal);
        child.send('stop');
      });
    });
    const [code, killed] = await once(child, 'close');
    assert.deepEqual([code, killed], [0, null]);
    const message = await ended;
    assert.ok(message.type === 'ended' && message.ended === 'stopped' && message.epochs > 0);
    assert.ok(existsSync(join(run, files.checkpoint)));
  });

test('a training whose parent is gone in the middle of a long step writes its checkpoint', async () => {
  const run = folder();
  // A step takes long enough for each to be told of.
  writeJob(run, largeTeacher(20_000, 20_000, { dim: 256, batch: 2048, epochs: 50 }));
  const script = new URL('../../src/train/child.js', import.meta.url);
  const { child } = forkTensorFlow(script, [run, 'begin'], 1);
  child.on('message', ({ type }: ChildMessage) => {
    if (type === 'step' && child.connected) child.disconnect();
  });
  const [code, killed] = await once(child, 'exit'); // a channel that was closed here tells no 'close'
  assert.deepEqual([code, killed], [0, null]);
  assert.ok(existsSync(join(run, files.checkpoint)));
});

test('a training that diverges is refused, and nothing of it is kept', async () => {
  for (const valid of [teacherJob().valid, undefined]) {
    const run = folder();
    writeJob(run, { ...teacherJob({ learningRate: 1e20 }), valid });
    await assert.rejects(
      runTraining(run),
      (error) =>
        code('UNEXPECTED')(error) &&
        /The loss is (NaN|Infinity) in epoch 1, step/.test((error as Error).message),
    );
    for (const file of [files.model, files.checkpoint]) assert.ok(!existsSync(join(run, file)), file);
  }
});

test('a training stopped in the middle of an epoch and resumed ends with the weights of an uninterrupted one', async () => {
  const settings = { distillation: { feature: 1, network: 1, prediction: 1, temperature: 2 } };
  const whole = await train(studentJob(teacher, settings));
  const run = folder();
  writeJob(run, studentJob(teacher, settings));
  const stopper = new AbortController();
  let stops = 0;
  const onMessage = (message: ChildMessage) => {
    if (message.type === 'epoch' && message.epoch === 2 + stops) setTimeout(() => stopper.abort(), 3);
  };
  await assert.rejects(runTraining(run, { signal: stopper.signal, onMessage }), code('INTERRUPTED'));
  stops++;
  const { metadata } = readTensors(join(run, files.checkpoint));
  const { epoch, step } = JSON.parse(metadata.progress);
  assert.ok(epoch > 0 && epoch < 6, 'stopped before the end');
  const told: ChildMessage[] = [];
  await runTraining(run, { resume: true, onMessage: (message) => told.push(message) });
  assert.deepEqual(
    told.filter(({ type }) => type === 'resumed'),
    [{ type: 'resumed', epoch, step }],
  );
  assert.ok(weights(run).equals(weights(whole)), 'best weights');
  const state = (path: string) => readTensors(join(path, files.checkpoint)).tensors;
  for (const [name, { data }] of Object.entries(state(whole)))
    assert.deepEqual(state(run)[name].data, data, name);
});

test('a stop while the teacher answers ends before the first step, and the run begins when it is resumed', async () => {
  const rows = 2000;
  const small = studentJob(copied(), { distillation: { feature: 1, prediction: 1 }, batch: 4096, epochs: 1 });
  const { train: triples } = ring(rows, 1, 1);
  const queries = trainingQueries([{ triples, weight: 1 }], rows, RELATIONS);
  const row = Int32Array.from({ length: rows }, (_, i) => i % ROWS);
  const run = folder();
  writeJob(run, {
    ...small,
    ...{ rows, entities: rows, queries, teacher: { ...(small.teacher as TeacherLink), row } },
  });
  const stopper = new AbortController();
  const told: string[] = [];
  const onMessage = ({ type }: ChildMessage) => {
    told.push(type);
    stopper.abort();
  };
  await assert.rejects(runTraining(run, { signal: stopper.signal, onMessage }), code('INTERRUPTED'));
  assert.deepEqual(
    [files.checkpoint, files.trace].map((name) => existsSync(join(run, name))),
    [false, false],
  );
  assert.ok(!told.includes('epoch'));
  const epochs: number[] = [];
  const resumed = (message: ChildMessage) => message.type === 'resumed' && epochs.push(message.epoch);
  assert.equal((await runTraining(run, { resume: true, onMessage: resumed })).epochs, 1);
  assert.deepEqual(epochs, [0]);
});

test('each distillation weight above zero changes the weights, and zero leaves them as without a teacher', async () => {
  const off = { feature: 0, network: 0, prediction: 0, probes: 0, probeThreshold: 0.3, temperature: 1 };
  const none = await train(studentJob(undefined, { distillation: off }));
  const zero = await train(studentJob(teacher, { distillation: off }));
  assert.deepEqual(
    readTensors(join(none, files.model)).tensors,
    readTensors(join(zero, files.model)).tensors,
  );
  for (const term of ['feature', 'network', 'prediction']) {
    const some = await train(studentJob(teacher, { distillation: { ...off, [term]: 1 } }));
    assert.notDeepEqual(
      readTensors(join(some, files.model)).tensors.entity.data,
      readTensors(join(none, files.model)).tensors.entity.data,
      term,
    );
  }
});

test('a truncated checkpoint, a job without a file and other settings are refused with their exit codes', async () => {
  const run = copied();
  truncateSync(join(run, files.checkpoint), 2000);
  await assert.rejects(runTraining(run, { resume: true }), code('BAD_DATA'));
  writeFileSync(join(run, files.job), '{');
  await assert.rejects(runTraining(run), code('BAD_DATA'));
  const other = copied();
  writeJob(other, teacherJob({ learningRate: 0.3 }));
  await assert.rejects(runTraining(other, { resume: true }), code('USAGE'));
});

test('a training whose teacher is gone fails, also where a thread makes its batches', async () => {
  const gone = join(folder(), 'gone');
  for (const epochs of [2, 40_000]) {
    const run = folder();
    const job = studentJob(gone, { epochs });
    assert.equal(isWorthAThread(job, 2), epochs > 2);
    writeJob(run, job);
    await assert.rejects(runTraining(run, { threads: 1 }), code('BAD_DATA'));
  }
});
