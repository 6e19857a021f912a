import '../_here.js';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { searchSchema, studentSchema } from '../../src/config.js';
import { shuffled } from '../../src/kg/random.js';
import type { Split } from '../../src/kg/types.js';
import { evaluateRun } from '../../src/train/evaluations.js';
import { heldOut } from '../../src/train/heldOut.js';
import { files } from '../../src/train/job.js';
import { retrain } from '../../src/train/retrain.js';
import { search } from '../../src/train/search.js';
import { folder } from './_graph.js';
import { EVALUATION, ONE, trainStudent, trainTeacher } from './_runs.js';
import { HELD_OUT, makeWorld } from './_world.js';

const world = makeWorld();

/** A split whose test facts have each other's answers, or those that they have. */
function splitWith(split: Split, shuffle: boolean): Split {
  if (!shuffle) return split;
  const { head, relation, tail } = split.test;
  const order = shuffled(tail.length, 17);
  return { ...split, test: { head, relation, tail: tail.map((_, i) => tail[order[i]]) } };
}

/** All that a person would train and choose: a teacher, a search for a student's settings, and that student. */
async function everything(shuffle: boolean) {
  const splits = Object.fromEntries(
    Object.entries(heldOut(world.supporters, HELD_OUT)).map(([name, split]) => [
      name,
      splitWith(split, shuffle),
    ]),
  );
  const split = splitWith(world.split, shuffle);
  const runs = folder();
  const teacher = await trainTeacher(world, {}, { splits, folder: join(runs, 'teacher') });
  const { trials, best, config } = await search(
    {
      role: 'student',
      base: studentSchema.parse({ dim: 8, epochs: 4, batch: 64, n3: 5 }),
      search: searchSchema.parse({
        space: {
          'student.n3': { log: [0.0001, 1] },
          'student.distillation.prediction': [0, 1],
        },
        trials: 3,
        seed: 3,
      }),
      about: {},
      runs,
      name: 'here',
      train: (settings, run, options) =>
        retrain(
          {
            dataset: world.dataset,
            target: 'here',
            split,
            settings,
            evaluation: EVALUATION,
            teacher,
            ...run,
          },
          options,
        ),
    },
    ONE,
  );
  const chosen = (config as { student: object }).student;
  assert.notEqual(best?.trial, 1, 'the settings as they are, far too strict, are not the best');
  const student = await trainStudent(world, teacher, chosen, { split, folder: join(runs, 'student') });
  const digest = (run: string, name: string) =>
    createHash('sha256')
      .update(readFileSync(join(run, name)))
      .digest('hex');
  const { tv } = await evaluateRun(student, { ...ONE, filters: ['tv'] });
  return {
    seen: {
      config,
      trials: trials.map(({ seconds: _, peakMb: __, ...trial }) => trial),
      weights: [teacher, student].map((run) => digest(run, files.model)),
      trainedOn: [teacher, student].map((run) => digest(run, files.input)),
    },
    test: tv?.all,
  };
}

it('shuffled test answers change no chosen setting and no trained weight, only what is measured on them', async () => {
  const [plain, other] = [await everything(false), await everything(true)];
  assert.deepEqual(other.seen, plain.seen);
  assert.notDeepEqual(other.test, plain.test);
});
