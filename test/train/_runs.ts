import { join } from 'node:path';
import { studentSchema, teacherSchema } from '../../src/config.js';
import { heldOut } from '../../src/train/heldOut.js';
import { type PretrainInput, pretrain } from '../../src/train/pretrain.js';
import { beginRetraining, type RetrainInput, retrain } from '../../src/train/retrain.js';
import { folder } from './_graph.js';
import { HELD_OUT, type World } from './_world.js';

/** Equal threads, equal bits. */
export const ONE = { threads: 1 };
export const EVALUATION = { directions: 'both', candidates: 'label' } as const;

/** Trains a teacher of the sources that support the target; returns its folder. */
export async function trainTeacher(
  world: World,
  settings: object = {},
  change: Partial<PretrainInput> = {},
): Promise<string> {
  const dataset = change.dataset ?? world.supporters;
  const { folder: run } = await pretrain(
    {
      dataset,
      splits: heldOut(dataset, HELD_OUT),
      settings: teacherSchema.parse({ dim: 8, epochs: 4, batch: 64, linkThreshold: 0.6, ...settings }),
      folder: join(folder(), 'teacher'),
      id: 'teacher-1',
      ...change,
    },
    ONE,
  );
  return run;
}

/** Trains a student for `here`; returns its folder. */
export async function trainStudent(...of: Parameters<typeof studentInput>): Promise<string> {
  return (await retrain(studentInput(...of), ONE)).folder;
}

/** Writes a student's folder as `trainStudent` does, and leaves it untrained. */
export async function beginStudent(...of: Parameters<typeof studentInput>): Promise<string> {
  const input = studentInput(...of);
  await beginRetraining(input);
  return input.folder;
}

export const studentInput = (
  world: World,
  teacher: string | undefined,
  settings: object = {},
  change: Partial<RetrainInput> = {},
): RetrainInput => ({
  dataset: world.dataset,
  target: 'here',
  split: world.split,
  settings: studentSchema.parse({ dim: 8, epochs: 3, batch: 64, ...settings }),
  evaluation: EVALUATION,
  teacher,
  folder: join(folder(), 'student'),
  id: 'student-1',
  ...change,
});
