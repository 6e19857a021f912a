import { studentSchema } from '../../src/config.js';
import { LANGUAGES, type Language } from '../dbp5l/data.js';
import {
  LARGE,
  LEVELS,
  type Level,
  type Recipe,
  type StudentInput,
  studentInput,
} from '../dbp5l/settings.js';
import {
  type BaselineCell,
  cellId,
  type Links,
  type Settings,
  type StudentCell,
  type TeacherCell,
} from './cell.js';

/** All links as they are. */
export const ALL: Links = { share: 1, wrong: 0 };

/** Sizes that all cells take instead of their own, to try the grid out. */
export interface Tiny {
  readonly dim?: number;
  readonly epochs?: number;
}

export interface TeacherOptions {
  readonly seed: number;
  readonly sources?: readonly Language[];
  readonly links?: Links;
  readonly grow?: TeacherCell['grow'];
  readonly settings?: Settings;
}

export interface StudentOptions {
  readonly target: Language;
  readonly seed: number;
  /** Null, and also with no level of distillation, for a student that no teacher guides. */
  readonly teacher: TeacherCell | null;
  readonly dim?: number;
  readonly levels?: readonly Level[];
  readonly alone?: boolean;
  /** That of the table of one target where absent. */
  readonly recipe?: Recipe;
  readonly links?: Links;
  readonly grow?: StudentCell['grow'];
  readonly settings?: Settings;
}

export interface BaselineOptions {
  readonly teacher?: TeacherCell | null;
  readonly links?: Links;
  readonly grow?: BaselineCell['grow'];
}

/** Makes cells with the settings that validation chose, or with those of a trial. */
export function makeCells({ dim, epochs }: Tiny = {}) {
  const usual = dim ?? studentSchema.parse({}).dim;
  const large = dim ?? LARGE.dim;
  return {
    /** Settings of a large teacher. */
    large: LARGE,
    /** The size of its students. */
    quarter: Math.max(2, large / 4),
    teacher({ seed, sources = LANGUAGES, links = ALL, grow, settings }: TeacherOptions): TeacherCell {
      const given = { seed, ...settings, ...(dim && { dim }), ...(epochs && { epochs }) };
      return { what: 'teacher', sources: [...sources].sort(), links, ...(grow && { grow }), settings: given };
    },
    student(options: StudentOptions): StudentCell {
      const { target, seed, teacher, levels = LEVELS, alone, links = ALL, grow, recipe } = options;
      // Without a level of distillation a teacher makes no difference.
      const guide = levels.length > 0 ? teacher : null;
      const { distillation, ...given }: StudentInput = studentInput({
        dim: options.dim ?? usual,
        seed,
        epochs,
        levels: guide ? levels : [],
        alone,
        recipe,
      });
      return {
        what: 'student',
        target,
        teacher: guide && cellId(guide),
        links,
        ...(grow && { grow }),
        settings: { ...given, ...(guide && distillation && { distillation }), ...options.settings },
      };
    },
    baseline(
      by: BaselineCell['by'],
      target: Language,
      { teacher = null, links = ALL, grow }: BaselineOptions = {},
    ): BaselineCell {
      const answers = { by, target, teacher: teacher && cellId(teacher), links };
      return { what: 'baseline', ...answers, ...(grow && { grow }) };
    },
  };
}
export type Make = ReturnType<typeof makeCells>;
