import { GROW_KEY, growByStructure } from '../kg/growStructure.js';
import { type NamedLink, nameLinks, partLinks, withLinks } from '../kg/namedLinks.js';
import type { Dataset } from '../kg/types.js';
import { readLinkFile } from './linkFiles.js';
import type { RetrainInput } from './retrain.js';

/**
 * A student's dataset with more links than the graph has: those that its teacher grew, and with `grow` those that the
 * facts of all sources are sure of, the target's held-out facts left out (`growByStructure`). How sure is sure is learnt
 * on the graph's links alone: the teacher's were found by structure, and would make structure look surer than it is.
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
  const taught = teacher ? readLinkFile(teacher, 'grown') : [];
  const dataset = withLinks(given, taught);
  if (!grow) return { dataset, grown: [] };
  const { among, rest } = partLinks(dataset, taught);
  const seen: Dataset = {
    ...dataset,
    alignments: rest,
    sources: dataset.sources.map((source) =>
      source.name === target ? { ...source, triples: split.train } : source,
    ),
  };
  const found = growByStructure(seen, { precision: grow.precision, linkThreshold, key: GROW_KEY }, among);
  const grown = nameLinks(dataset.sources, found);
  return { dataset: withLinks(dataset, grown), grown };
}
