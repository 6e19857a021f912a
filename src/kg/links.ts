import type { Alignments } from './types.js';

/** The chosen rows of a table of links, in the order of `rows`. */
export function pickLinks(links: Alignments, rows: ArrayLike<number>): Alignments {
  return {
    leftSource: picked(links.leftSource, rows, new Int32Array(rows.length)),
    left: picked(links.left, rows, new Int32Array(rows.length)),
    rightSource: picked(links.rightSource, rows, new Int32Array(rows.length)),
    right: picked(links.right, rows, new Int32Array(rows.length)),
    confidence: picked(links.confidence, rows, new Float32Array(rows.length)),
  };
}

function picked<T extends Int32Array | Float32Array>(column: T, rows: ArrayLike<number>, out: T): T {
  for (let i = 0; i < rows.length; i++) out[i] = column[rows[i]];
  return out;
}

/** Tables of links one after the other. */
export function concatLinks(parts: readonly Alignments[]): Alignments {
  const join = (column: Exclude<keyof Alignments, 'confidence'>) =>
    Int32Array.from(parts.flatMap((part) => Array.from(part[column])));
  return {
    leftSource: join('leftSource'),
    left: join('left'),
    rightSource: join('rightSource'),
    right: join('right'),
    confidence: Float32Array.from(parts.flatMap((part) => Array.from(part.confidence))),
  };
}

/** Links given row by row: left source and entity, right source and entity, and a confidence or score. */
export type LinkRow = readonly [
  leftSource: number,
  left: number,
  rightSource: number,
  right: number,
  value: number,
];

/** Proposed links as columns, each with a score: more is surer, and only the order counts. */
export interface ScoredLinks extends Omit<Alignments, 'confidence'> {
  readonly score: Float32Array;
}

/** Rows as a table of links. */
export const linkColumns = (rows: readonly LinkRow[]): Alignments => ({
  ...endColumns(rows),
  confidence: valueColumn(rows),
});

/** Rows as a table of proposed links. */
export const scoredColumns = (rows: readonly LinkRow[]): ScoredLinks => ({
  ...endColumns(rows),
  score: valueColumn(rows),
});

function endColumns(rows: readonly LinkRow[]): Omit<Alignments, 'confidence'> {
  const column = (c: number) => Int32Array.from(rows, (row) => row[c]);
  return { leftSource: column(0), left: column(1), rightSource: column(2), right: column(3) };
}

const valueColumn = (rows: readonly LinkRow[]): Float32Array => Float32Array.from(rows, (row) => row[4]);

/** [links] what tells them apart, the same in either direction. */
export const linkCodes = ({ leftSource, left, rightSource, right }: Alignments): string[] =>
  Array.from(left, (entity, i) =>
    [`${leftSource[i]} ${entity}`, `${rightSource[i]} ${right[i]}`].sort().join(),
  );
