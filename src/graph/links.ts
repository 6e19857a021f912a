import type { AlignmentConfig } from '../config.js';
import type { Alignments } from '../kg/types.js';
import { EntityPlaces } from './entityPlaces.js';
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
  /** Matched properties of which no node has a value that can be matched, as "source.Label.property"; absent where all have. */
  readonly unset?: readonly string[];
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
  const places = new EntityPlaces(sources.map(({ read }) => read.ids.length));
  const columns = new LinkColumns(places);
  const counts: LinkCounts[] = [];
  for (const alignment of alignments) {
    const before = columns.length;
    const rest =
      'relationship' in alignment
        ? { outside: await fromRelationships(sources, alignment, places, columns) }
        : 'match' in alignment
          ? await fromProperties(sources, alignment, columns)
          : { outside: await fromFile(sources, alignment, columns) };
    counts.push({ alignment: alignmentName(alignment), links: columns.length - before, ...rest });
  }
  for (const [relation, links] of fromValues(sources, columns))
    counts.push({ alignment: `equal values of ${relation}`, links, outside: 0 });
  return { alignments: columns.sorted(), counts };
}

/** An alignment as reports tell it. */
export function alignmentName(alignment: AlignmentConfig): string {
  if ('relationship' in alignment) return `relationship ${alignment.relationship}`;
  if ('match' in alignment)
    return Object.entries(alignment.match)
      .map(([left, right]) => `${left} = ${right}`)
      .join(', ');
  return `file ${alignment.file}`;
}
