import { createHmac, createSecretKey } from 'node:crypto';
import { compareKeys } from './keys.js';
import { pickLinks } from './links.js';
import type { Alignments, Dataset } from './types.js';

/** What links are chosen for; choices for different purposes are independent of each other. */
export type LinkPurpose = 'kept' | 'held out' | 'validation' | 'calibration' | 'wrong';

/** Links and what names their ends. */
export interface Linked {
  readonly sources: readonly {
    readonly name: string;
    readonly entities: Dataset['sources'][number]['entities'];
  }[];
  readonly alignments: Alignments;
}

/** The ends of a link, `[source, key]` each as JSON, the smaller one first: the same in either direction. */
function endsOf({ sources, alignments }: Linked, i: number): [first: string, second: string] {
  const { leftSource, left, rightSource, right } = alignments;
  const end = (source: number, entity: number) =>
    JSON.stringify([sources[source].name, sources[source].entities.keys[entity]]);
  const ends = [end(leftSource[i], left[i]), end(rightSource[i], right[i])];
  return ends.sort(compareKeys) as [string, string];
}

/** A place in [0, 1) by a keyed hash. */
function placer(key: string): (parts: readonly unknown[]) => number {
  const secret = createSecretKey(key, 'utf8');
  return (parts) =>
    Number.parseInt(
      createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex').slice(0, 8),
      16,
    ) /
    2 ** 32;
}

/**
 * [links] a place in [0, 1) by a keyed hash of the keys of the ends: it depends on the link, the purpose and the key
 * alone, not on the link's direction or its neighbours in the table.
 */
export function linkPlaces(linked: Linked, purpose: LinkPurpose, key: string): Float64Array {
  const place = placer(key);
  return Float64Array.from(linked.alignments.left, (_, i) => place([purpose, ...endsOf(linked, i)]));
}

/**
 * Parts links by {@link linkPlaces}. The chosen links of a smaller share are among those of a larger one.
 *
 * @param options.share share that is chosen, in [0, 1]
 * @example
 * const { chosen, rest } = splitLinks(dataset, { share: 0.2, purpose: 'held out', key: 'kgmentor' });
 */
export function splitLinks(
  linked: Linked,
  options: { readonly share: number; readonly purpose: LinkPurpose; readonly key: string },
): { chosen: Alignments; rest: Alignments } {
  const places = linkPlaces(linked, options.purpose, options.key);
  const rows = [...places.keys()];
  const { alignments } = linked;
  return {
    chosen: pickLinks(
      alignments,
      rows.filter((i) => places[i] < options.share),
    ),
    rest: pickLinks(
      alignments,
      rows.filter((i) => places[i] >= options.share),
    ),
  };
}

/**
 * The dataset with a share of its links, for experiments on few links. The links of 20 % are among those of 50 %.
 *
 * @example
 * keepLinks(dataset, { share: 0.2, seed: 1 }).alignments.left.length; // about a fifth
 */
export function keepLinks<D extends Linked>(
  dataset: D,
  { share, seed }: { readonly share: number; readonly seed: number },
): D {
  return {
    ...dataset,
    alignments: splitLinks(dataset, { share, purpose: 'kept', key: String(seed) }).chosen,
  };
}

/**
 * The dataset with a share of its links made wrong on purpose, for experiments on dirty links: one end becomes another
 * entity of the same source and label, with which the other end is not linked. Confidences stay. A link without such
 * another entity stays as it is.
 *
 * @example
 * spoilLinks(dataset, { share: 0.1, seed: 1 });
 */
export function spoilLinks<D extends Linked>(
  dataset: D,
  { share, seed }: { readonly share: number; readonly seed: number },
): D {
  const { sources, alignments } = dataset;
  const place = placer(String(seed));
  const known = new Set(Array.from(alignments.left, (_, i) => JSON.stringify(endsOf(dataset, i))));
  const left = alignments.left.slice();
  const right = alignments.right.slice();
  for (let i = 0; i < left.length; i++) {
    const ends = endsOf(dataset, i);
    if (place(['wrong', ...ends]) >= share) continue;
    const [first, second] = ends;
    const isRight =
      JSON.stringify([
        sources[alignments.rightSource[i]].name,
        sources[alignments.rightSource[i]].entities.keys[right[i]],
      ]) === second;
    const { name, entities } = sources[(isRight ? alignments.rightSource : alignments.leftSource)[i]];
    const column = isRight ? right : left;
    const count = entities.keys.length;
    const start = Math.floor(place(['wrong partner', ...ends]) * count);
    for (let step = 0; step < count; step++) {
      const other = (start + step) % count;
      if (entities.label[other] !== entities.label[column[i]]) continue;
      const pair = [first, JSON.stringify([name, entities.keys[other]])].sort(compareKeys);
      if (known.has(JSON.stringify(pair)) || pair[0] === pair[1]) continue;
      column[i] = other;
      break;
    }
  }
  return { ...dataset, alignments: { ...alignments, left, right } };
}
