import { calibrate } from './calibrate.js';
import { chooseLinks, judgeLinks } from './chooseLinks.js';
import { linkClasses } from './classes.js';
import { linkPlaces } from './linkSample.js';
import { concatLinks, linkCodes, pickLinks, type ScoredLinks } from './links.js';
import { structuralLinks } from './structureMatch.js';
import type { Alignments, Dataset } from './types.js';

export interface GrowOptions {
  /** Wanted share of right ones among the added links, in (0, 1). */
  readonly precision: number;
  /** Links under this confidence are not merged. */
  readonly linkThreshold?: number;
  /** Key of the hash that chooses what is held back to calibrate. */
  readonly key: string;
}

/** The key of teachers and students: links that one holds back, the other holds back as well. */
export const GROW_KEY = 'kgmentor';

/** Parts of the links that are held back by turns, and how large each is. */
const PARTS = 3;
const PART = 0.1;
/** Judged proposals at least, so that a calibration says something. */
export const LEAST_JUDGED = 20;
const MOST_ROUNDS = 8;

/**
 * Grows links by what the facts around unlinked entities say, without any training: proposals of `structuralLinks` that
 * are sure enough are added, and what they join is evidence for the next ones, until nothing more is sure. How sure
 * a score is, is learnt on parts of the links that are held back by turns.
 *
 * @param grown links that were added before
 * @param onRound told how many were added
 * @returns the added links with their probabilities; none where there are too few links to calibrate on
 * @example
 * growByStructure(dataset, { precision: 0.9, key: 'kgmentor' }).left.length;
 */
export function growByStructure(
  dataset: Dataset,
  options: GrowOptions,
  grown: Alignments = concatLinks([]),
  onRound?: (added: number) => void,
): Alignments {
  const places = linkPlaces(dataset, 'calibration', options.key);
  const rows = [...places.keys()];
  const propose = (links: Alignments, more: Alignments): ScoredLinks => {
    const classes = linkClasses(
      dataset.sources.map(({ entities }) => entities.keys.length),
      concatLinks([links, more]),
      { threshold: options.linkThreshold },
    );
    return structuralLinks(dataset.sources, classes, dataset.relations.length);
  };
  const known = new Set(linkCodes(grown));
  let added = concatLinks([]);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const more = concatLinks([grown, added]);
    const judged = Array.from({ length: PARTS }, (_, part) => {
      const isHeld = (i: number) => Math.floor(places[i] / PART) === part;
      const held = pickLinks(dataset.alignments, rows.filter(isHeld));
      const rest = pickLinks(
        dataset.alignments,
        rows.filter((i) => !isHeld(i)),
      );
      return judgeLinks(propose(rest, more), held);
    }).flat();
    if (judged.length < LEAST_JUDGED) break;
    const chosen = chooseLinks(propose(dataset.alignments, more), calibrate(judged), options.precision);
    const names = linkCodes(chosen);
    const fresh = pickLinks(
      chosen,
      [...names.keys()].filter((i) => !known.has(names[i])),
    );
    for (const name of names) known.add(name);
    if (fresh.left.length === 0) break;
    added = concatLinks([added, fresh]);
    onRound?.(fresh.left.length);
  }
  return added;
}
