import type { Language } from '../dbp5l/data.js';
import { encoderInput, LEVELS, type Level, PRECISION } from '../dbp5l/settings.js';
import { type Cell, cellId, type Links, type TeacherCell } from './cell.js';
import { ALL, type Make, makeCells, type Tiny } from './make.js';

/** In the order of the protocol's tables. */
export const TARGETS: readonly Language[] = ['el', 'ja', 'es', 'fr', 'en'];
export const SEEDS = [1, 2, 3] as const;
export const SHARES = [0.8, 0.5, 0.2] as const;
/** The share at which growing is measured against the links alone; vectors propose there as well. */
export const GROWN_AT = 0.2;
const grow = { precision: PRECISION };
/** With few links calibration promises some points too much. */
const WARY = { rounds: 2, precision: 0.95 };
/** Structure alone adds links, which takes seconds. */
export const ONE_ROUND = { rounds: 1, ...grow };
/** The share beside which the other links test alignment. */
export const ALIGNED_AT = 0.5;
/** Entities that teachers of the link modes compare with: where linked entities have rows of their own, all are many. */
const COMPARED = 4000;
export const LINK_MODES = ['share', 'swap', 'relation', 'soft'] as const;
export const ENCODERS = ['complex', 'distmult', 'transe', 'rotate', 'gru', 'rsn', 'transformer'] as const;
/** Encoders of which a student would begin with its teacher's dimensions, which the others cannot. */
const DIMENSIONAL: ReadonlySet<string> = new Set(['complex', 'distmult']);
const LONGER = { epochs: 12 };
/** All of a table begin alike. */
const RANDOM = { ...LONGER, start: 'random' };
/** The language of ablations and pairings. */
export const GREEK: Language = 'el';
export const WRONG: Links = { share: 1, wrong: 0.1 };

/** Every set of levels of distillation but the whole and the empty one. */
export const SOME_LEVELS: readonly (readonly Level[])[] = [
  ...LEVELS.map((level) => [level]),
  ...LEVELS.map((left) => LEVELS.filter((level) => level !== left)).reverse(),
];

export const GROUPS = [
  'headline',
  'small',
  'ablation',
  'fewLinks',
  'leaveOneOut',
  'links',
  'encoders',
] as const;
export type Group = (typeof GROUPS)[number];

/** Where a cell stands in the tables; one cell may stand in several. Seeds share a place. */
export interface Entry {
  readonly id: string;
  readonly cell: Cell;
  readonly group: Group;
  readonly row: string;
  readonly column: string;
  /** What is run first: smaller is more important. */
  readonly rank: number;
}

type Add = (row: string, column: string, cell: Cell, rank?: number) => void;

/**
 * All cells of the bench by the tables that they are for.
 *
 * @example
 * declareGrid().filter(({ group }) => group === 'headline').length;
 */
export function declareGrid(tiny: Tiny = {}): Entry[] {
  const make = makeCells(tiny);
  const entries: Entry[] = [];
  const first = make.teacher({ seed: SEEDS[0] });
  const groups: Record<Group, (add: Add) => void> = {
    headline: (add) => headline(make, add),
    small: (add) => small(make, add),
    ablation: (add) => ablation(make, first, add),
    fewLinks: (add) => fewLinks(make, add),
    leaveOneOut: (add) => leaveOneOut(make, add),
    links: (add) => linkModes(make, add),
    encoders: (add) => encoders(make, add),
  };
  for (const [at, group] of GROUPS.entries())
    groups[group]((row, column, cell, rank = at) => {
      entries.push({ id: cellId(cell), cell, group, row, column, rank });
    });
  return entries;
}

/** Of all five languages, with the links that structure is sure of. */
const largeTeacher = (make: Make, seed: number): TeacherCell =>
  make.teacher({ seed, grow: ONE_ROUND, settings: make.large });

/** One teacher of all five languages a seed, five targets; structure adds to the links before anything is trained. */
function headline(make: Make, add: Add): void {
  for (const by of ['frequency', 'lookup'] as const)
    for (const target of TARGETS) add(by, target, make.baseline(by, target));
  for (const target of TARGETS) add('lookup, links grown', target, make.baseline('lookup', target, { grow }));
  for (const seed of SEEDS) {
    const teacher = largeTeacher(make, seed);
    // Spread is of less urgency than one figure of everything.
    const rank = seed === SEEDS[0] ? 0 : 3.5;
    add('training of the teacher', 'all', teacher, rank);
    for (const target of TARGETS) {
      add(
        'student',
        target,
        make.student({ target, seed, teacher, dim: make.quarter, recipe: 'short' }),
        rank,
      );
      add('teacher', target, make.baseline('teacher', target, { teacher }), rank);
    }
  }
}

/** A quarter of the teacher's numbers, with and without distillation. */
function small(make: Make, add: Add): void {
  const seed = SEEDS[0];
  const teacher = largeTeacher(make, seed);
  add('training of the teacher', 'all', teacher);
  for (const target of TARGETS) {
    const sized = { target, seed, dim: make.quarter, recipe: 'quick' } as const;
    add('teacher', target, make.baseline('teacher', target, { teacher }));
    add('student', target, make.student({ ...sized, teacher }));
    add('linked', target, make.student({ ...sized, teacher: null, grow }));
  }
}

function ablation(make: Make, teacher: TeacherCell, add: Add): void {
  const given = { target: GREEK, seed: SEEDS[0], teacher };
  add('training of the teacher', GREEK, teacher);
  add('alone', GREEK, make.student({ ...given, teacher: null, alone: true }));
  add('none', GREEK, make.student({ ...given, teacher: null }));
  for (const levels of SOME_LEVELS) add(levels.join(' + '), GREEK, make.student({ ...given, levels }));
  add('all three', GREEK, make.student(given));
}

/** Row names of a share of the links. */
export const fewRow = (who: string, share: number): string => `${who}, ${100 * share} %`;

function fewLinks(make: Make, add: Add): void {
  const seed = SEEDS[0];
  for (const share of SHARES) {
    const links = { share, wrong: 0 };
    const compared = share === GROWN_AT;
    const teacher = make.teacher({ seed, links });
    const grown = make.teacher({ seed, links, grow: compared ? WARY : ONE_ROUND });
    add(fewRow('training of the teacher', share), 'all', teacher);
    add(fewRow('growing', share), 'all', grown);
    for (const target of TARGETS) {
      add(fewRow('lookup', share), target, make.baseline('lookup', target, { links }));
      add(
        fewRow('grown', share),
        target,
        make.student({ target, seed, teacher: grown, links, recipe: 'short' }),
      );
      add(
        fewRow('student', share),
        target,
        make.student({ target, seed, teacher, links, recipe: 'short' }),
        compared ? 3 : 3.2,
      );
    }
  }
}

/** Teachers that have never seen the target; its students grow links of their own. */
function leaveOneOut(make: Make, add: Add): void {
  const seed = SEEDS[0];
  for (const target of TARGETS) {
    const teacher = make.teacher({ seed, sources: TARGETS.filter((one) => one !== target), grow: ONE_ROUND });
    add('training of the teacher', target, teacher);
    add('student', target, make.student({ target, seed, teacher, grow, recipe: 'short' }));
    add('teacher', target, make.baseline('teacher', target, { teacher, grow }));
  }
}

/** Each link mode, with the links as they are and with some made wrong. */
function linkModes(make: Make, add: Add): void {
  const seed = SEEDS[0];
  for (const links of [ALL, WRONG])
    for (const mode of LINK_MODES) {
      const settings = { links: mode, negatives: COMPARED };
      const teacher = make.teacher({ seed, links, settings });
      const column = links.wrong > 0 ? 'wrong' : 'right';
      add(`${mode}: training`, column, teacher);
      add(`${mode}: student`, column, make.student({ target: GREEK, seed, teacher, links, recipe: 'short' }));
      add(`${mode}: teacher`, column, make.baseline('teacher', GREEK, { teacher, links }));
    }
}

/** Each kind of teacher for a student of the default kind and of its own, and the default teacher for each kind. */
function encoders(make: Make, add: Add): void {
  const seed = SEEDS[0];
  const teachers = new Map(
    ENCODERS.map((kind) => [kind, make.teacher({ seed, settings: encoderInput(kind, 'teacher') })]),
  );
  for (const [by, teacher] of teachers) {
    add(by, 'training', teacher);
    add(by, 'teacher', make.baseline('teacher', GREEK, { teacher }));
    for (const kind of ENCODERS)
      if (kind === ENCODERS[0] || by === ENCODERS[0] || kind === by)
        add(
          by,
          kind,
          make.student({
            target: GREEK,
            seed,
            teacher,
            recipe: 'short',
            settings: {
              ...encoderInput(kind, 'student'),
              ...(by === kind && DIMENSIONAL.has(kind) ? RANDOM : LONGER),
            },
          }),
        );
  }
}
