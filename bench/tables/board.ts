import { points } from '../../src/commands/output.js';
import type { Entry, Group } from '../grid/groups.js';
import type { Line } from '../grid/results.js';

/** What is shown of a result; undefined where it has no such figure. */
export type Pick = (line: Line) => number | undefined;

/** Figures of one place of a table, one a seed, in the order in which seeds are declared; undefined where missing. */
export type Place = readonly (number | undefined)[];

export const mrr: Pick = ({ metrics }) => metrics?.tv.whole.mrr;

/** Declared cells with their results. */
export class Board {
  readonly entries: readonly Entry[];
  readonly lines: ReadonlyMap<string, Line>;

  constructor(entries: readonly Entry[], lines: ReadonlyMap<string, Line>) {
    this.entries = entries;
    this.lines = lines;
  }

  /** The results at a place, one a seed. */
  at(group: Group, row: string, column: string): (Line | undefined)[] {
    return this.entries
      .filter((entry) => entry.group === group && entry.row === row && entry.column === column)
      .map(({ id }) => this.lines.get(id));
  }

  place(group: Group, row: string, column: string, pick: Pick = mrr): Place {
    return this.at(group, row, column).map((line) => line && pick(line));
  }

  /** The average over columns, seed by seed; missing where one of them is. */
  average(group: Group, row: string, columns: readonly string[], pick: Pick = mrr): Place {
    return averageOf(columns.map((column) => this.place(group, row, column, pick)));
  }
}

/** Places averaged seed by seed. */
export const averageOf = (places: readonly Place[]): Place =>
  (places[0] ?? []).map((_, seed) => {
    const values = places.map((place) => place[seed]);
    return values.every((value) => value !== undefined) ? mean(values as number[]) : undefined;
  });

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Sample standard deviation. */
export const spread = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1));
};

/** The figures that are there. */
export const known = (place: Place): number[] => place.filter((value) => value !== undefined);

/** A place as text: the mean, with the spread of several seeds; what is missing is said. */
export function shown(place: Place, text: (value: number) => string = points): string {
  if (place.length === 0) return '';
  const values = known(place);
  if (values.length === 0) return 'missing';
  const figure = values.length > 1 ? `${text(mean(values))} ± ${text(spread(values))}` : text(values[0]);
  return values.length < place.length ? `${figure} (${values.length} of ${place.length} seeds)` : figure;
}

/** A table in Markdown. */
export const markdown = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
