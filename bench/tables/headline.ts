import { TARGETS } from '../grid/groups.js';
import type { Figures, Line } from '../grid/results.js';
import { type Board, markdown, type Pick, shown } from './board.js';
import { PUBLISHED } from './published.js';

const LANGUAGES = [...TARGETS, 'average'];

/** Rows of a group by language, with the average over them. */
export const byLanguage = (
  board: Board,
  group: Parameters<Board['at']>[0],
  rows: readonly (readonly [row: string, name: string])[],
  pick?: Pick,
): string[][] =>
  rows.map(([row, name]) => [
    name,
    ...TARGETS.map((target) => shown(board.place(group, row, target, pick))),
    shown(board.average(group, row, TARGETS, pick)),
  ]);

const published = (last: number): string[][] =>
  PUBLISHED.slice(-last).map(({ name, mrr }) => [name, ...mrr.map((value) => value.toFixed(1))]);

/** MRR of each language beside what is published: the table of the README. */
export const short = (board: Board): string =>
  markdown(
    ['MRR, `tv`', ...LANGUAGES],
    [
      ...published(1),
      ...byLanguage(board, 'headline', [
        ['lookup', 'lookup through the links, no parameters'],
        ['student', '**student**'],
      ]),
    ],
  );

export const whole = (board: Board): string =>
  markdown(
    ['MRR, `tv`', ...LANGUAGES],
    [
      ...published(PUBLISHED.length),
      ...byLanguage(board, 'headline', [
        ['frequency', 'frequency'],
        ['lookup', 'lookup'],
        ['lookup, links grown', 'lookup, links grown'],
        ['teacher', 'the teacher’s own answers through the links'],
        ['student', '**student**'],
      ]),
    ],
  );

type Filter = 'tv' | 'full';
type Part = 'whole' | 'copied' | 'notCopied';
const figure =
  (filter: Filter, part: Part, name: Exclude<keyof Figures, 'count'>): Pick =>
  ({ metrics }: Line) =>
    metrics?.[filter][part][name];

/** The figures that a row of one filter shows. */
export const FIGURES = (filter: Filter): readonly (readonly [name: string, pick: Pick])[] => [
  ['MRR', figure(filter, 'whole', 'mrr')],
  ['Hits@1', figure(filter, 'whole', 'hits1')],
  ['Hits@10', figure(filter, 'whole', 'hits10')],
  ['copied MRR', figure(filter, 'copied', 'mrr')],
  ['copied Hits@1', figure(filter, 'copied', 'hits1')],
  ['copied Hits@10', figure(filter, 'copied', 'hits10')],
  ['not copied MRR', figure(filter, 'notCopied', 'mrr')],
  ['not copied Hits@1', figure(filter, 'notCopied', 'hits1')],
  ['not copied Hits@10', figure(filter, 'notCopied', 'hits10')],
];

/** All figures of a filter, language by language. */
export function details(board: Board, filter: Filter): string {
  const figures = FIGURES(filter);
  const rows = [...TARGETS.map((target) => [target]), [...TARGETS]].flatMap((columns) =>
    ['lookup', 'student'].map((row) => [
      columns.length > 1 ? 'average' : columns[0],
      row,
      ...figures.map(([, pick]) => shown(board.average('headline', row, columns, pick))),
    ]),
  );
  return markdown(['target', 'model', ...figures.map(([name]) => name)], rows);
}
