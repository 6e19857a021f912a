import '../_here.js';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { randomTeacher } from '../../bench/dbp5l/randomTeacher.js';
import { readTensors } from '../../src/model/safetensors.js';
import { evaluateRun } from '../../src/train/evaluations.js';
import { files, readJob } from '../../src/train/job.js';
import { folder } from './_graph.js';
import { ONE, trainStudent, trainTeacher } from './_runs.js';
import { makeWorld } from './_world.js';

const world = makeWorld({ size: 240 });
// All begin alike, so that only answers tell them apart.
const SETTINGS = { epochs: 12, patience: 12, n3: 0.001, start: 'random' } as const;
const PREDICTION = { feature: 0, network: 0, prediction: 1, probes: 0 };

/** Mean reliability of the answers that a teacher was asked for. */
function reliability(teacher: string): number {
  const [file, ...more] = readdirSync(join(teacher, 'answers'));
  assert.deepEqual(more, []);
  const { tensors } = readTensors(join(teacher, 'answers', file));
  const { reliability, offset } = tensors;
  const asked = [...reliability.data].filter((_, i) => offset.data[i] < offset.data[i + 1]);
  assert.ok(asked.length > 100, `${asked.length} queries asked`);
  return asked.reduce((sum, x) => sum + x, 0) / asked.length;
}

/** How far the vectors of two students lie apart, over the length of the second one's. */
function distance(student: string, from: string): number {
  const [a, b] = [student, from].map((run) => readTensors(join(run, files.model)).tensors.entity.data);
  const norm = (values: readonly number[]) => Math.hypot(...values);
  return norm([...a].map((x, i) => x - b[i])) / norm([...b]);
}

describe('a teacher of random vectors', () => {
  let teacher: string;
  let random: string;
  let students: Record<'linked' | 'taught' | 'misled', string>;
  before(async () => {
    teacher = await trainTeacher(world, { dim: 16, epochs: 30, patience: 30, n3: 0.001 });
    random = randomTeacher(teacher, join(folder(), 'random'), 1);
    const settings = { ...SETTINGS, distillation: PREDICTION };
    students = {
      linked: await trainStudent(world, undefined, settings),
      taught: await trainStudent(world, teacher, settings),
      misled: await trainStudent(world, random, settings),
    };
  });

  it('stands in the place of the trained one, with the same rows', () => {
    const [taught, misled] = [students.taught, students.misled].map((run) => readJob(run).teacher);
    assert.deepEqual({ ...misled, folder: '' }, { ...taught, folder: '' });
    assert.equal(misled?.folder, random);
  });

  it('is found to be unreliable, and the trained one is not', () => {
    const [trained, drawn] = [teacher, random].map(reliability);
    assert.ok(trained > 0.5, `reliability ${trained} of the trained teacher`);
    assert.ok(drawn < 0.05, `reliability ${drawn} of the random one`);
  });

  it('leaves the student close to one without a teacher by its answers, and the trained one does not', async () => {
    const [taught, misled] = [students.taught, students.misled].map((run) => distance(run, students.linked));
    assert.ok(misled < 0.2, `${misled} of the length away`);
    assert.ok(taught > 2 * misled, `${taught} of the length away, ${misled} by the random teacher`);
    const mrr = async (run: string) => {
      const { tv } = await evaluateRun(run, { ...ONE, filters: ['tv'] });
      return tv?.all.mrr ?? Number.NaN;
    };
    const [linked, other] = [await mrr(students.linked), await mrr(students.misled)];
    assert.ok(Math.abs(linked - other) < 0.05, `MRR ${other}, ${linked} without a teacher`);
  });
});
