import type { StudentSettings, TeacherSettings } from '../../src/config.js';
import { studentSchema, teacherSchema } from '../../src/config.js';

/** The rows of the table, in its order. */
export const MODELS = [
  'frequency',
  'lookup',
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

export const teacherSettings = (sources: string[], seed: number, epochs?: number): TeacherSettings =>
  teacherSchema.parse({ sources, seed, ...(epochs && { epochs }) });

/**
 * What validation chose, the same for all rows of a table. Small vectors want less regularisation and none of the
 * relations that the target never asks about; probes help where room is scarce. Long vectors learn soft answers first
 * and end with hard ones: the teacher's show what cannot be copied, and in the end they are in the way of copying.
 */
const recipe = (dim: number) =>
  dim < 64
    ? {
        n3: 0.003,
        epochs: 60,
        patience: 5,
        backgroundRelations: 'target' as const,
        distillation: { probes: 0.2 },
      }
    : {
        patience: 5,
        distillation: { network: 3, prediction: { from: 2, to: 0 }, temperature: 2 },
      };

/** Settings of a trained row: all share those of the student, and lack what their name says. */
export function studentSettings(
  model: ModelName,
  options: { dim: number; seed: number; epochs?: number },
): StudentSettings {
  const { dim, seed, epochs } = options;
  const full = studentSchema.parse({ ...recipe(dim), dim, seed, ...(epochs && { epochs }) });
  const { feature, network, prediction } = full.distillation;
  const only = (kept: Partial<StudentSettings['distillation']>): StudentSettings => ({
    ...full,
    distillation: { ...full.distillation, feature: 0, network: 0, prediction: 0, ...kept },
  });
  switch (model) {
    case 'alone':
      return { ...only({}), background: 0 };
    case 'distilled':
      return { ...full, background: 0 };
    case 'linked':
      return only({});
    case 'student:feature':
      return only({ feature });
    case 'student:network':
      return only({ network });
    case 'student:prediction':
      return only({ prediction });
    default:
      return full;
  }
}
