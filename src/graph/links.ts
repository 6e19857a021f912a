import type { AlignmentConfig } from '../config.js';
import { type LinkRow, linkColumns } from '../kg/links.js';
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

/** Each pair once, the smaller source left, in the order of sources and entities. */
function canonical(links: LinkColumns): Alignments {
  const best = new Map<string, LinkRow>();
  for (let i = 0; i < links.left.length; i++) {
    const { leftSource, left, rightSource, right } = links;
    const confidence = links.confidence[i];
    const row: LinkRow =
      leftSource[i] > rightSource[i]
        ? [rightSource[i], right[i], leftSource[i], left[i], confidence]
        : [leftSource[i], left[i], rightSource[i], right[i], confidence];
    const key = row.slice(0, 4).join();
    const known = best.get(key);
    if (!known || known[4] < confidence) best.set(key, row);
  }
  const rows = [...best.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
  return linkColumns(rows);
}
