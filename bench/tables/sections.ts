import { points } from '../../src/commands/output.js';
import { ENCODERS, fewRow, GREEK, LINK_MODES, SHARES, SOME_LEVELS, TARGETS } from '../grid/groups.js';
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
        ...(share === 0.2 ? [[fewRow('grown', share), 'student, `--grow-links`'] as [string, string]] : []),
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
export const grown = (board: Board): string =>
  markdown(
    ['', ...TARGETS],
    [
      ['links added', 'added', (value: number) => value.toFixed(0)] as const,
      ['precision', 'precision', points] as const,
    ].map(([title, name, text]) => [
      title,
      ...TARGETS.map((target) =>
        shown(board.place('fewLinks', fewRow('grown', 0.2), target, extra(name)), text),
      ),
    ]),
  );

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
