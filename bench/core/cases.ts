import type { z } from 'zod';
import { type TeacherSettings, teacherSchema } from '../../src/config.js';

/** What is measured: an encoder's training step, of the size at which its bar was set. */
export const CASES = {
  complex: { bar: 1.1, size: { dim: 256 } },
  distmult: { bar: 1.1, size: { dim: 256 } },
  transe: { bar: 0.8, size: { dim: 256 } },
  rsn: { bar: 1.05, size: { dim: 256, layers: 2 } },
  transformer: { bar: 1.2, size: { dim: 128, layers: 2 } },
} as const satisfies Readonly<Record<string, { bar: number; size: Partial<z.input<typeof teacherSchema>> }>>;
export type CaseName = keyof typeof CASES;
export const CASE_NAMES = Object.keys(CASES) as CaseName[];

/** The bar of filtered evaluation. */
export const EVALUATION_BAR = 1;

/** All other settings are the usual ones of a teacher. */
export const settingsOf = (encoder: CaseName, seed: number): TeacherSettings =>
  teacherSchema.parse({ encoder, seed, ...CASES[encoder].size });
