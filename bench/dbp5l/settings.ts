import type { z } from 'zod';
import type { StudentSettings, TeacherSettings } from '../../src/config.js';
import { studentSchema, teacherSchema } from '../../src/config.js';
import { ENCODER_FACTS, type EncoderName } from '../../src/encoders.js';

/** The rows of the table, in its order. */
export const MODELS = [
  'frequency',
  'lookup',
  'lookup:grown',
  'teacher',
  'alone',
  'distilled',
  'linked',
  'student:feature',
  'student:network',
  'student:prediction',
  'student',
  'student:random-teacher',
] as const;
export type ModelName = (typeof MODELS)[number];

/** Rows that are not trained. */
export const BASELINES: readonly ModelName[] = ['frequency', 'lookup', 'lookup:grown', 'teacher'];

/** How sure links are to be that the facts around unlinked entities add to the given ones. */
export const PRECISION = 0.92;

export type TeacherInput = z.input<typeof teacherSchema>;
export type StudentInput = z.input<typeof studentSchema>;

export const teacherSettings = (sources: string[], seed: number, epochs?: number): TeacherSettings =>
  teacherSchema.parse({ sources, seed, ...(epochs && { epochs }) });

/**
 * What validation chose, the same for all rows of a table. Small vectors want less regularisation and none of the
 * relations that the target never asks about; probes help where room is scarce. Long vectors learn soft answers first
 * and end with hard ones: the teacher's show what cannot be copied, and in the end they are in the way of copying.
 */
const recipe = (dim: number): StudentInput =>
  dim < 64
    ? { n3: 0.003, epochs: 60, patience: 5, backgroundRelations: 'target', distillation: { probes: 0.2 } }
    : {
        epochs: 44,
        patience: 5,
        distillation: { network: 3, prediction: { from: 2, to: 0 }, temperature: 2 },
      };

/**
 * What validation chose for many trainings: a learning rate that falls to almost nothing reaches in 12 epochs what a
 * constant one needs 44 for, and in 8 from the teacher's strongest dimensions; 2,000 shared negatives take much less time
 * a step and learn a little less where entities are many. More numbers want more regularisation.
 */
const short = (dim: number, taught: boolean): StudentInput => ({
  epochs: taught ? 8 : 12,
  patience: 6,
  learningRate: { from: 0.35, to: 0.02 },
  n3: dim > 128 ? 0.04 : 0.03,
  negatives: 2000,
  start: taught ? 'teacher' : 'random',
  distillation: { feature: 3, network: 3, prediction: 2, temperature: 2, top: 8 },
});

/**
 * What validation chose for the least time: the teacher's dimensions at the start, and feature distillation alone, whose
 * steps cost little and which needs no answers of the teacher.
 */
const quick = (dim: number, taught: boolean): StudentInput => ({
  ...short(dim, taught),
  ...(taught && {
    epochs: 5,
    learningRate: { from: 0.3, to: 0.02 },
    distillation: { feature: 3, network: 0, prediction: 0 },
  }),
});

/** Ways to train a student, each with all its settings. */
const RECIPES = { usual: recipe, short, quick } as const;
export type Recipe = keyof typeof RECIPES;

/** What validation on path queries chose for encoders that walk: entities in between are mostly hidden, as they are asked. */
const WALKING = { n3: 0.02, hideRate: 0.9, pathWeight: 3, negatives: 4000 } as const;
const RATES = { recurrent: { from: 0.015, to: 0.0005 }, transformer: { from: 0.003, to: 0.0002 } } as const;

/** What an encoder other than the default one is trained with, beside the settings that all share. */
export function encoderInput(encoder: EncoderName, role: 'teacher' | 'student') {
  if (encoder === 'complex') return {};
  const { kind, n3 } = ENCODER_FACTS[encoder];
  if (kind === 'triple') return { encoder, ...(n3.student === 0 && { n3: 0 }) };
  const learningRate = encoder === 'transformer' ? RATES.transformer : RATES.recurrent;
  const softly = { feature: 1, network: 1, prediction: 1, temperature: 2, top: 8 };
  return {
    encoder,
    ...WALKING,
    learningRate,
    ...(role === 'student' && { distillation: softly }),
  };
}

/** A teacher four times as large as the usual student. */
export const LARGE = {
  dim: 512,
  epochs: 12,
  n3: 0.045,
  learningRate: { from: 0.3, to: 0.03 },
} satisfies TeacherInput;

/** The levels of distillation. */
export const LEVELS = ['feature', 'network', 'prediction'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * Settings of a student as a configuration gives them: those that validation chose for its size, and only the levels of
 * distillation that are named.
 *
 * @param options.levels all three where absent
 * @param options.recipe the usual one where absent
 * @param options.alone without the linked subgraph
 */
export function studentInput(options: {
  readonly dim: number;
  readonly seed: number;
  readonly epochs?: number;
  readonly levels?: readonly Level[];
  readonly alone?: boolean;
  readonly recipe?: Recipe;
}): StudentInput {
  const { dim, seed, epochs, levels = LEVELS, alone = false } = options;
  const chosen = RECIPES[options.recipe ?? 'usual'](dim, levels.length > 0);
  const left = Object.fromEntries(
    LEVELS.filter((level) => !levels.includes(level)).map((level) => [level, 0]),
  );
  const distillation = { ...chosen.distillation, ...left };
  return {
    ...chosen,
    ...(Object.keys(distillation).length > 0 && { distillation }),
    ...(alone && { background: 0 }),
    dim,
    seed,
    ...(epochs && { epochs }),
  };
}

/** Settings of a trained row: all share those of the student, and lack what their name says. */
export function studentSettings(
  model: ModelName,
  options: { dim: number; seed: number; epochs?: number },
): StudentSettings {
  const [, level] = model.split(':');
  const single = LEVELS.filter((one) => one === level);
  const levels = model === 'alone' || model === 'linked' ? [] : single.length > 0 ? single : LEVELS;
  const alone = model === 'alone' || model === 'distilled';
  return studentSchema.parse({ start: 'random', ...studentInput({ ...options, levels, alone }) });
}
