import { createHmac } from 'node:crypto';
import type { Alignments, Dataset } from '../../src/kg/types.js';

/** The key by which links are chosen: each teacher and student of a share has the same ones. */
const KEY = 'dbp5l';

/** A place in [0, 1) of each link for a purpose, by a keyed hash of its ends in either order. */
function places({ sources, alignments }: Dataset, purpose: string): Float64Array {
  const { leftSource, left, rightSource, right } = alignments;
  const end = (source: number, entity: number) => sources[source].entities.keys[entity];
  return Float64Array.from(left, (_, i) => {
    const ends = [end(leftSource[i], left[i]), end(rightSource[i], right[i])].sort();
    const digest = createHmac('sha256', KEY)
      .update(JSON.stringify([purpose, ...ends]))
      .digest('hex');
    return Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32;
  });
}

/** The dataset with a share of its links: fewer are among more. */
export function keepLinks(dataset: Dataset, share: number): Dataset {
  const place = places(dataset, 'kept');
  const pick = <T extends Int32Array | Float32Array>(column: T) =>
    column.filter((_, i) => place[i] < share) as T;
  const { leftSource, left, rightSource, right, confidence } = dataset.alignments;
  const alignments: Alignments = {
    leftSource: pick(leftSource),
    left: pick(left),
    rightSource: pick(rightSource),
    right: pick(right),
    confidence: pick(confidence),
  };
  return { ...dataset, alignments };
}

/** The dataset with a share of its links made wrong: the right end of one is any entity of its source. */
export function spoilLinks(dataset: Dataset, share: number): Dataset {
  const { alignments, sources } = dataset;
  const [chosen, partner] = [places(dataset, 'wrong'), places(dataset, 'partner')];
  const right = alignments.right.map((entity, i) => {
    const { keys } = sources[alignments.rightSource[i]].entities;
    const other = Math.floor(partner[i] * keys.length);
    return chosen[i] < share ? (other === entity ? (other + 1) % keys.length : other) : entity;
  });
  return { ...dataset, alignments: { ...alignments, right } };
}
