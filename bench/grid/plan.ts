import { ENCODER_FACTS, type EncoderName } from '../../src/encoders.js';
import type { Language } from '../dbp5l/data.js';
import { type Cell, describe, type TeacherCell } from './cell.js';
import type { Entry, Group } from './groups.js';
import { type Line, secondsOf } from './results.js';

const settingsOf = (cell: Cell) => (cell.what === 'baseline' ? {} : cell.settings);
const isPath = (cell: Cell): boolean =>
  ENCODER_FACTS[settingsOf(cell).encoder as EncoderName]?.kind === 'path';

/** Whether a teacher is trained more than once; a first round of growing takes seconds. */
const isTrainedTwice = (cell: Cell): boolean => cell.what === 'teacher' && (cell.grow?.rounds ?? 1) > 1;

/** Seconds that a cell should stay under. */
export const limitOf = (cell: Cell): number => 60 * (cell.what === 'teacher' && isPath(cell) ? 100 : 30);

/** Minutes on two cores where nothing like it was measured yet. */
const GUESS: Readonly<Record<Language | 'teacher' | 'baseline', number>> = {
  teacher: 15,
  baseline: 0.1,
  el: 4,
  ja: 8,
  es: 10,
  fr: 10,
  en: 12,
};

/** What makes two cells take about as long. */
function shape(cell: Cell): string {
  const { encoder = 'complex', dim, epochs } = settingsOf(cell);
  const who = cell.what === 'teacher' ? cell.sources.length : cell.target;
  const how = cell.what === 'baseline' ? cell.by : isTrainedTwice(cell) ? 'grown' : '';
  return [cell.what, who, encoder, dim, epochs, how].join(' ');
}

/** Estimates of seconds: the mean of what was measured of the same kind and size, else a guess. */
export function estimator(lines: Iterable<Line>): (cell: Cell) => number {
  const measured = new Map<string, number[]>();
  for (const line of lines) {
    const key = shape(line.cell);
    measured.set(key, [...(measured.get(key) ?? []), secondsOf(line)]);
  }
  return (cell) => {
    const like = measured.get(shape(cell));
    if (like) return like.reduce((a, b) => a + b, 0) / like.length;
    const minutes = cell.what === 'student' ? GUESS[cell.target] : GUESS[cell.what];
    return 60 * minutes * (isPath(cell) ? 5 : 1) * (isTrainedTwice(cell) ? 2 : 1);
  };
}

/** A cell that has no result yet. */
export interface Step {
  readonly id: string;
  readonly cell: Cell;
  readonly groups: readonly Group[];
  readonly seconds: number;
}

/**
 * The missing cells in the order of their run: the most important rank first, within it the cheapest, a teacher just
 * before the first cell that needs it.
 *
 * @param only a group, the beginning of an id, or a part of the description; teachers that are needed come along
 */
export function plan(entries: readonly Entry[], lines: ReadonlyMap<string, Line>, only?: string): Step[] {
  const estimate = estimator(lines.values());
  const cells = new Map<string, Step & { rank: number }>();
  for (const { id, cell, group, rank } of entries) {
    const known = cells.get(id);
    const groups = [...new Set([...(known?.groups ?? []), group])];
    cells.set(id, { id, cell, groups, seconds: estimate(cell), rank: Math.min(rank, known?.rank ?? rank) });
  }
  const isAsked = ({ id, cell, groups }: Step) =>
    !only || groups.some((group) => group === only) || id.startsWith(only) || describe(cell).includes(only);
  const left = new Set([...cells.values()].filter((step) => !lines.has(step.id) && isAsked(step)));
  const steps: Step[] = [];
  const planned = new Set<string>();
  const unmet = ({ cell }: Step): Step | undefined =>
    cell.what === 'teacher' || cell.teacher === null || lines.has(cell.teacher) || planned.has(cell.teacher)
      ? undefined
      : cells.get(cell.teacher);
  const cost = (step: Step) => step.seconds + (unmet(step)?.seconds ?? 0);
  while (left.size > 0) {
    const next = [...left].reduce((a, b) => ((b.rank - a.rank || cost(b) - cost(a) || 1) < 0 ? b : a));
    for (const step of [unmet(next), next]) {
      if (!step || planned.has(step.id)) continue;
      const { id, cell, groups, seconds } = step;
      steps.push({ id, cell, groups, seconds });
      planned.add(id);
    }
    left.delete(next);
    for (const step of left) if (planned.has(step.id)) left.delete(step);
  }
  return steps;
}

/** The cell of a teacher among the declared ones. */
export function teacherOf(entries: readonly Entry[], id: string): TeacherCell {
  const found = entries.find((entry) => entry.id === id)?.cell;
  if (found?.what !== 'teacher') throw new Error(`The teacher ${id} is not declared.`);
  return found;
}
