import { linkClasses } from './classes.js';
import { concatLinks } from './links.js';
import type { Alignments } from './types.js';

/** How many of the added links are right, by links that were withheld. */
export interface LinkPrecision {
  readonly added: number;
  /** Added links of which an end has a known counterpart in the other's source: only these can be judged. */
  readonly judged: number;
  readonly right: number;
  /** `right` of `judged`, 0 where none is judged. */
  readonly precision: number;
}

/**
 * Judges added links: right are those whose ends all known links, the withheld ones included, join.
 *
 * @param sizes entities of each source
 * @param known links that training saw
 * @example
 * linkPrecision(sizes, dataset.alignments, withheld, added).precision; // in [0, 1]
 */
export function linkPrecision(
  sizes: readonly number[],
  known: Alignments,
  withheld: Alignments,
  added: Alignments,
): LinkPrecision {
  const { classOf } = linkClasses(sizes, concatLinks([known, withheld]));
  const members = classOf.map((column) => new Set(column));
  let judged = 0;
  let right = 0;
  for (const [i, a] of added.left.entries()) {
    const [s, t] = [added.leftSource[i], added.rightSource[i]];
    const [left, other] = [classOf[s][a], classOf[t][added.right[i]]];
    if (left === other) right++;
    if (members[t].has(left) || members[s].has(other)) judged++;
  }
  return { added: added.left.length, judged, right, precision: judged === 0 ? 0 : right / judged };
}
