import '../_here.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { files, type Job, writeJob } from '../../src/train/job.js';
import { negativesOf } from '../../src/train/negativesOf.js';
import { runTraining } from '../../src/train/process.js';
import { folder, stopAtValidation, studentJob, teacherJob } from './_graph.js';

async function trained(job: Job): Promise<{ at: string; best: number }> {
  const at = folder();
  writeJob(at, job);
  return { at, best: Number((await runTraining(at, { threads: 1 })).best) };
}

/** Chance is 0.11. */
const CASES = [
  ['complex', { encoder: 'complex' }, 0.5],
  ['complex by cosine', { encoder: 'complex', geometry: 'unit' }, 0.4],
  ['rotate by distance', { encoder: 'rotate' }, 0.4],
  [
    'gru with adam, over paths with hidden entities',
    { encoder: 'gru', pathLength: 3, learningRate: 0.02 },
    0.3,
  ],
] as const;

for (const [name, settings, least] of CASES)
  test(`${name} learns against a few shared negatives`, async () => {
    const { best } = await trained(teacherJob({ ...settings, epochs: 30, negatives: 8 }));
    assert.ok(best > least, `validation MRR ${best}`);
  });

test('a student learns from a teacher against a few shared negatives, and goes on after a stop bit by bit', async () => {
  const teacher = await trained(teacherJob({ epochs: 30 }));
  for (const candidates of ['all', 'sample']) {
    const settings = {
      negatives: 8,
      epochs: 20,
      evaluateEvery: 1,
      patience: 20,
      distillation: { prediction: 1, temperature: 2, candidates },
    };
    const whole = await trained(studentJob(teacher.at, settings));
    assert.ok(whole.best > 0.3, `validation MRR ${whole.best} with ${candidates}`);
    const stopped = folder();
    await stopAtValidation(stopped, studentJob(teacher.at, settings));
    await runTraining(stopped, { threads: 1, resume: true });
    assert.ok(readFileSync(join(stopped, files.model)).equals(readFileSync(join(whole.at, files.model))));
  }
});

test('all entities are compared up to 100,000, and a sample beyond', () => {
  const settings = teacherJob().settings;
  assert.equal(negativesOf({ settings, rows: 100_000 }), undefined);
  assert.equal(negativesOf({ settings, rows: 100_001 }), 8192);
  assert.equal(negativesOf({ settings: { ...settings, negatives: 0 }, rows: 1_000_000 }), undefined);
  assert.equal(negativesOf({ settings: { ...settings, negatives: 50 }, rows: 1000 }), 50);
});
