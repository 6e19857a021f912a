import '../../_here.js';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { studentSchema, teacherSchema } from '../../../src/config.js';
import { KgmentorError } from '../../../src/errors.js';
import { heldOut } from '../../../src/train/heldOut.js';
import { requireFits } from '../../../src/train/plan/fit.js';
import { planPretraining, planRetraining } from '../../../src/train/plan/plan.js';
import { folder } from '../_graph.js';
import { EVALUATION, ONE, trainTeacher } from '../_runs.js';
import { HELD_OUT, makeWorld } from '../_world.js';

const world = makeWorld();
// Other tests plan in the machine's folder meanwhile.
process.env.TMPDIR = folder();
const plans = () => readdirSync(tmpdir()).filter((name) => name.startsWith('kgmentor-plan-'));

const teacher = {
  dataset: world.supporters,
  splits: heldOut(world.supporters, HELD_OUT),
  settings: teacherSchema.parse({ dim: 8, epochs: 4, batch: 16, evaluateEvery: 2 }),
};

test('a plan of a teacher has the steps of the training, a time from trial steps and the memory', async () => {
  const plan = await planPretraining(teacher, ONE);
  const steps = Math.ceil(plan.queries / 16);
  assert.deepEqual([plan.role, plan.trial.stepsAnEpoch, plan.steps], ['teacher', steps, 4 * steps]);
  assert.equal(plan.trial.steps, 20);
  const { secondsAStep, prepareSeconds, validationSeconds, peakMb } = plan.trial;
  assert.ok(secondsAStep > 0 && validationSeconds > 0);
  assert.equal(plan.seconds.epoch, steps * secondsAStep);
  assert.equal(plan.seconds.all, prepareSeconds + 4 * plan.seconds.epoch + 2 * validationSeconds);
  assert.ok(peakMb > 100 && plan.memory.hereMb > 10);
  assert.ok(plan.memory.peakMb > peakMb / 2 && plan.memory.peakMb < 2 * peakMb);
  assert.deepEqual(plans(), []);
});

test('a plan of a student asks its teacher; a training of fewer steps tries all of them', async () => {
  const plan = await planRetraining(
    {
      dataset: world.dataset,
      target: 'here',
      split: world.split,
      settings: studentSchema.parse({ dim: 8, epochs: 1, batch: 64 }),
      evaluation: EVALUATION,
      teacher: await trainTeacher(world),
    },
    ONE,
  );
  assert.equal(plan.role, 'student');
  assert.ok(plan.steps < 20);
  assert.equal(plan.trial.steps, plan.steps);
  assert.ok(plan.memory.teacherMb > 0);
  assert.deepEqual(plans(), []);
});

test('what cannot fit is refused before anything is tried, with the setting that would fit', async () => {
  await assert.rejects(planPretraining(teacher, { ...ONE, machineMb: 100 }), (error: unknown) => {
    assert.ok(error instanceof KgmentorError);
    assert.equal(error.code, 'USAGE');
    assert.match(
      error.message,
      /^Training this teacher would need about [\d,]+ MB .* this machine has 100 MB\.$/,
    );
    return true;
  });
  assert.deepEqual(plans(), []);
});

const shape = {
  encoder: 'complex',
  geometry: 'dot',
  dim: 256,
  layers: 1,
  optimiser: 'adagrad',
  rows: 500_000,
  entities: 400_000,
  scored: 500_000,
  relations: 200,
  queries: 1_000_000,
  answers: 2_000_000,
  batch: 512,
  hops: 1,
  validated: 0,
} as const;

/** What a refusal proposes for a machine of that size; null where all fits. */
function advice(machineMb: number, change: object = {}): string | null {
  try {
    requireFits('student', { ...shape, ...change }, { machineMb, hereMb: 0 });
    return null;
  } catch (error) {
    assert.ok(error instanceof KgmentorError);
    return error.next ?? '';
  }
}

test('a refusal names each setting that alone would do, and only these', () => {
  assert.equal(advice(20_000), null);
  const some = advice(4000) as string;
  const dim = Number(/student\.dim (\d+) instead of 256/.exec(some)?.[1]);
  assert.ok(dim >= 8 && dim < 256, some);
  assert.equal(advice(4000, { dim }), null);
  assert.notEqual(advice(4000, { dim: 2 * dim }), null);
  const batch = /student\.batch (\d+) instead/.exec(some)?.[1];
  if (batch !== undefined) assert.equal(advice(4000, { batch: Number(batch) }), null);
  assert.match(advice(300) as string, /student\.dim and student\.batch smaller together/);
});
