import type { Config } from '../config.js';
import { type Linked, splitLinks } from '../kg/linkSample.js';
import { concatLinks, pickLinks } from '../kg/links.js';
import type { Alignments } from '../kg/types.js';
import { isValueLabel } from '../kg/values.js';

/**
 * Parts off the links that `heldOut.links` withholds from training. Equal values of properties stay linked: they are one
 * thing by definition.
 */
export function withholdLinks(
  linked: Linked,
  { links: share, key }: Config['heldOut'],
): { withheld: Alignments; rest: Alignments } {
  const { sources, alignments } = linked;
  if (share === 0) return { withheld: pickLinks(alignments, []), rest: alignments };
  const isValue = (source: number, entity: number) => {
    const { labels, label } = sources[source].entities;
    return isValueLabel(labels[label[entity]]);
  };
  const [values, others]: [number[], number[]] = [[], []];
  for (const [i, left] of alignments.left.entries())
    (isValue(alignments.leftSource[i], left) && isValue(alignments.rightSource[i], alignments.right[i])
      ? values
      : others
    ).push(i);
  const { chosen, rest } = splitLinks(
    { sources, alignments: pickLinks(alignments, others) },
    { share, purpose: 'held out', key },
  );
  return { withheld: chosen, rest: concatLinks([rest, pickLinks(alignments, values)]) };
}
