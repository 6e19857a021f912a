import { points } from '../../src/commands/output.js';
import {
  ALIGNED_AT,
  ENCODERS,
  fewRow,
  GREEK,
  LINK_MODES,
  SHARES,
  SOME_LEVELS,
  TARGETS,
} from '../grid/groups.js';
import { type Board, known, markdown, mean, mrr, type Pick, shown } from './board.js';
import { byLanguage, FIGURES } from './headline.js';
import { PUBLISHED_FEW } from './published.js';
import { reaching } from './reaching.js';

const LANGUAGES = [...TARGETS, 'average'];

export const leaveOneOut = (board: Board): string =>
  markdown(
    ['MRR, `tv`', ...LANGUAGES],
    byLanguage(board, 'leaveOneOut', [
      ['teacher', 'the teacher’s own answers through the links'],
      ['student', 'student'],
    ]),
  );

export const fewLinks = (board: Board): string =>
  markdown(
    ['links', 'model', ...LANGUAGES],
    SHARES.flatMap((share) => {
      const rows: [string, string][] = [
        [fewRow('lookup', share), 'lookup'],
        [fewRow('student', share), 'student'],
        [fewRow('grown', share), 'student, `--grow-links`'],
      ];
      const links = `${100 * share} %`;
      const record = ['IMKGC (published)', ...TARGETS.map(() => ''), PUBLISHED_FEW[share].toFixed(1)];
      return [record, ...byLanguage(board, 'fewLinks', rows)].map((row) => [links, ...row]);
    }),
  );

export const extra =
  (name: string): Pick =>
  (line) =>
    line.extra?.[name];

/** What `--grow-links` added, measured on the links that were withheld. */
export const grown = (board: Board): string => {
  const whole = (value: number) => value.toFixed(0);
  const counts = ['added', 'added by structure', 'added by vectors', 'judged', 'right'];
  return markdown(
    ['links', 'added', 'by structure', 'by vectors', 'that withheld links can judge', 'right', 'precision'],
    SHARES.map((share) => {
      const place = (name: string) => board.place('fewLinks', fewRow('growing', share), 'all', extra(name));
      return [
        `${100 * share} %`,
        ...counts.map((name) => shown(place(name), whole)),
        shown(place('precision')),
      ];
    }),
  );
};

/** Hits@1 of each pair of languages on withheld links, by a teacher's vectors and by those of students. */
export function alignment(board: Board): string {
  const names = [...TARGETS].sort();
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
  const teacher = fewRow('training of the teacher', ALIGNED_AT);
  const student = fewRow('student', ALIGNED_AT);
  const by = (row: string, column: string, name: string, text?: (value: number) => string) =>
    shown(board.place('fewLinks', row, column, extra(`alignment ${name}`)), text);
  return markdown(
    [
      'pair',
      'links asked',
      'teacher, nearest neighbours',
      'teacher, CSLS',
      'student of the first, CSLS',
      'student of the second, CSLS',
    ],
    pairs.map(([a, b]) => [
      `${a}–${b}`,
      by(teacher, 'all', `${a}-${b}: count`, (value) => value.toFixed(0)),
      by(teacher, 'all', `${a}-${b}: cosine Hits@1`),
      by(teacher, 'all', `${a}-${b}: CSLS Hits@1`),
      by(student, a, `${a}-${b}: CSLS Hits@1`),
      by(student, b, `${b}-${a}: CSLS Hits@1`),
    ]),
  );
}

export function ablation(board: Board): string {
  const figures = [...FIGURES('tv').filter(([name]) => !/copied Hits/.test(name))];
  const full = FIGURES('full')[0][1];
  const rows = ['alone', 'none', ...SOME_LEVELS.map((levels) => levels.join(' + ')), 'all three'];
  const named: Record<string, string> = { alone: 'target alone', none: 'linked subgraph, no distillation' };
  return markdown(
    ['distillation', ...figures.map(([name]) => name), 'MRR, `full`'],
    rows.map((row) => [
      named[row] ?? row,
      ...[...figures.map(([, pick]) => pick), full].map((pick) =>
        shown(board.place('ablation', row, GREEK, pick)),
      ),
    ]),
  );
}

export const linkModes = (board: Board): string =>
  markdown(
    [
      'link mode',
      'teacher',
      'student',
      'teacher, 10 % of the links wrong',
      'student, 10 % of the links wrong',
    ],
    LINK_MODES.map((mode) => [
      `\`${mode}\``,
      ...['right', 'wrong'].flatMap((column) =>
        ['teacher', 'student'].map((who) => shown(board.place('links', `${mode}: ${who}`, column))),
      ),
    ]),
  );

/** Teachers by rows, kinds of students by columns; what is not declared stays empty. */
export const encoders = (board: Board, pick: Pick): string =>
  markdown(
    ['teacher', 'its own answers', ...ENCODERS.map((kind) => `student: ${kind}`)],
    ENCODERS.map((by) => [
      by,
      ...['teacher', ...ENCODERS].map((column) => shown(board.place('encoders', by, column, pick))),
    ]),
  );

/** Small students: what they keep of the teacher, and when they are as good as one without distillation gets. */
export function small(board: Board): string {
  const rows = TARGETS.map((target) => {
    const place = (row: string) => board.place('small', row, target);
    const [teacher] = known(place('teacher'));
    const [student] = known(place('student'));
    const times = reaching(board, target);
    return [
      target,
      shown(place('teacher')),
      shown(place('student')),
      teacher && student ? `${points(student / teacher)} %` : 'missing',
      shown(place('linked')),
      times ? times.linked.toFixed(0) : 'missing',
      times ? (times.student === undefined ? 'not reached' : times.student.toFixed(0)) : 'missing',
    ];
  });
  return markdown(
    [
      'target',
      'teacher',
      'student',
      'kept',
      'no distillation',
      'seconds to its best',
      'the student’s seconds to that',
    ],
    rows,
  );
}

/** The share of the teacher's MRR that small students keep, averaged over the targets that are measured whole. */
export function kept(board: Board): number | undefined {
  const both = ['student', 'teacher'].map((row) => known(board.average('small', row, TARGETS, mrr)));
  return both.every((values) => values.length > 0) ? mean(both[0]) / mean(both[1]) : undefined;
}
