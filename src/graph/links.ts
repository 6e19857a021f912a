import type { AlignmentConfig } from '../config.js';
import { linkColumns } from '../kg/links.js';
import { sortBy } from '../kg/sort.js';
import type { Alignments } from '../kg/types.js';
import { LinkColumns, type LinkSource } from './linkColumns.js';
import { fromFile } from './linkFile.js';
import { fromProperties } from './linkProperties.js';
import { fromRelationships } from './linkRelationships.js';
import { fromValues } from './linkValues.js';

/** What one alignment of the config, or the values of one relation, gave. */
export interface LinkCounts {
  readonly alignment: string;
  readonly links: number;
  /** Links with an end in no source of the config, or within one source. */
  readonly outside: number;
}

/**
 * All alignments of the config as columns: relationships with an optional confidence, equal properties, and files; and
 * equal values of the same relation. The order is canonical, and a link that is given twice keeps its highest confidence.
 *
 * @throws KgmentorError USAGE for unknown names; BAD_DATA for a confidence outside (0, 1] or a file's bad line
 */
export async function readLinks(
  sources: readonly LinkSource[],
  alignments: readonly AlignmentConfig[],
): Promise<{ alignments: Alignments; counts: LinkCounts[] }> {
  const columns = new LinkColumns();
  const counts: LinkCounts[] = [];
  for (const alignment of alignments) {
    const before = columns.left.length;
    const outside =
      'relationship' in alignment
        ? await fromRelationships(sources, alignment, columns)
        : 'match' in alignment
          ? await fromProperties(sources, alignment, columns)
          : await fromFile(sources, alignment, columns);
    counts.push({ alignment: nameOf(alignment), links: columns.left.length - before, outside });
  }
  for (const [relation, links] of fromValues(sources, columns))
    counts.push({ alignment: `equal values of ${relation}`, links, outside: 0 });
  return { alignments: canonical(columns), counts };
}

function nameOf(alignment: AlignmentConfig): string {
  if ('relationship' in alignment) return `relationship ${alignment.relationship}`;
  if ('match' in alignment)
    return Object.entries(alignment.match)
      .map(([left, right]) => `${left} = ${right}`)
      .join(', ');
  return `file ${alignment.file}`;
}

/** Each pair once, the smaller source left, in the order of sources and entities; columns are sorted, not objects. */
function canonical(links: LinkColumns): Alignments {
  const { length } = links.left;
  const turned = (i: number) => links.leftSource[i] > links.rightSource[i];
  const columns = [
    Int32Array.from({ length }, (_, i) => (turned(i) ? links.rightSource : links.leftSource)[i]),
    Int32Array.from({ length }, (_, i) => (turned(i) ? links.right : links.left)[i]),
    Int32Array.from({ length }, (_, i) => (turned(i) ? links.leftSource : links.rightSource)[i]),
    Int32Array.from({ length }, (_, i) => (turned(i) ? links.left : links.right)[i]),
  ];
  let order: Int32Array = Int32Array.from({ length }, (_, i) => i);
  for (const column of columns.toReversed())
    order = sortBy(column, order, column.reduce((most, value) => Math.max(most, value), -1) + 1);
  const rows: [number, number, number, number, number][] = [];
  let last = -1;
  for (const i of order) {
    const confidence = links.confidence[i];
    const isNew = last < 0 || columns.some((column) => column[i] !== column[last]);
    if (isNew) rows.push([columns[0][i], columns[1][i], columns[2][i], columns[3][i], confidence]);
    else if (rows[rows.length - 1][4] < confidence) rows[rows.length - 1][4] = confidence;
    last = i;
  }
  return linkColumns(rows);
}
