import { duration } from '../../src/commands/output.js';
import type { Cell } from '../grid/cell.js';
import { GROUPS } from '../grid/groups.js';
import { limitOf } from '../grid/plan.js';
import { type Line, secondsOf } from '../grid/results.js';
import { type Board, markdown, mean } from './board.js';

/** What takes about as long: the rows of the table of times. */
function kindOf(cell: Cell): string {
  if (cell.what === 'baseline') return 'ranking without training';
  const { encoder = 'complex', dim, epochs } = cell.settings;
  const length = `${dim === undefined ? '' : `, ${dim} numbers`}${epochs === undefined ? '' : `, ${epochs} epochs`}`;
  return cell.what === 'teacher'
    ? `teacher of ${cell.sources.length} languages, ${encoder}${length}`
    : `student, ${encoder}${length}${cell.teacher ? '' : ', no distillation'}`;
}

const unique = (board: Board): Line[] => {
  const ids = new Set(board.entries.map(({ id }) => id));
  return [...board.lines.values()].filter(({ id }) => ids.has(id));
};

/** Times and memory by kind of cell, over the targets and seeds that are measured. */
export function times(board: Board): string {
  const kinds = new Map<string, Line[]>();
  for (const line of unique(board))
    kinds.set(kindOf(line.cell), [...(kinds.get(kindOf(line.cell)) ?? []), line]);
  const peak = (line: Line) => Math.max(...line.stages.map(({ peakMb }) => peakMb));
  const rows = [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, lines]) => {
      const seconds = lines.map(secondsOf);
      const over = lines.filter((line) => secondsOf(line) > limitOf(line.cell)).length;
      return [
        kind,
        String(lines.length),
        duration(mean(seconds)),
        duration(Math.max(...seconds)),
        String(Math.round(Math.max(...lines.map(peak)))),
        over > 0 ? `**${over}**` : '0',
      ];
    });
  return markdown(['cell', 'measured', 'mean time', 'longest', 'peak MB', 'over the limit'], rows);
}

/** Cells and hours of each table; a cell that stands in several counts in each, and once in the sum. */
export function hours(board: Board): string {
  const rows = [...GROUPS, 'all'].map((group) => {
    const ids = [
      ...new Set(board.entries.filter((one) => group === 'all' || one.group === group).map(({ id }) => id)),
    ];
    const lines = ids.flatMap((id) => board.lines.get(id) ?? []);
    const seconds = lines.reduce((sum, line) => sum + secondsOf(line), 0);
    return [group, String(ids.length), String(ids.length - lines.length), (seconds / 3600).toFixed(1)];
  });
  return markdown(['table', 'cells', 'missing', 'hours'], rows);
}

/** With what the results were made. */
export function provenance(board: Board): string {
  const lines = unique(board);
  if (lines.length === 0) return 'No cell is measured yet.';
  const some = (pick: (line: Line) => string) => [...new Set(lines.map(pick))].sort().join(', ');
  const dates = lines.map(({ date }) => date).sort();
  const elsewhere = lines.filter(({ device }) => device !== undefined);
  const resumed = lines.filter(({ resumed, device }) => resumed && device === undefined).length;
  const stray = board.lines.size - lines.length;
  return [
    `Measured from ${dates[0]} to ${dates.at(-1)} with ${some(({ threads }) => String(threads))} threads, at the commits ${some(({ commit }) => commit)}.`,
    ...(resumed > 0
      ? [`${resumed} trainings were stopped and went on; of their times the training is whole.`]
      : []),
    ...(elsewhere.length > 0
      ? [
          `${elsewhere.length} trainings ran on ${[...new Set(elsewhere.map(({ device }) => device))].join(', ')}, with matrix products of ten bits (TF32): ${elsewhere.map(({ id }) => `\`${id}\``).join(', ')}. Their seconds are not those of the others.`,
        ]
      : []),
    ...(stray > 0 ? [`${stray} results are of cells that no table asks for.`] : []),
  ].join(' ');
}
