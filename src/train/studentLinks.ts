import { growByStructure } from '../kg/growStructure.js';
import { type NamedLink, nameLinks, withLinks } from '../kg/namedLinks.js';
import type { Dataset } from '../kg/types.js';
import { readLinkFile } from './linkFiles.js';
import type { RetrainInput } from './retrain.js';

const KEY = 'kgmentor';

/**
 * A student's dataset with more links than the graph has: those that its teacher grew, and with `grow` those that the
 * facts of all sources are sure of, the target's held-out facts left out (`growByStructure`).
 *
 * @returns the dataset, and which links were grown here
 */
export function withAddedLinks({
  dataset: given,
  target,
  split,
  linkThreshold,
  teacher,
  grow,
}: Pick<RetrainInput, 'dataset' | 'target' | 'split' | 'linkThreshold' | 'teacher' | 'grow'>): {
  dataset: Dataset;
  grown: readonly NamedLink[];
} {
  const dataset = teacher ? withLinks(given, readLinkFile(teacher, 'grown')) : given;
  if (!grow) return { dataset, grown: [] };
  const seen: Dataset = {
    ...dataset,
    sources: dataset.sources.map((source) =>
      source.name === target ? { ...source, triples: split.train } : source,
    ),
  };
  const found = growByStructure(seen, { precision: grow.precision, linkThreshold, key: KEY });
  const grown = nameLinks(dataset.sources, found);
  return { dataset: withLinks(dataset, grown), grown };
}
