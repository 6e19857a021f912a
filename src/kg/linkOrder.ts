import { positions, sortBy } from './sort.js';
import type { Alignments } from './types.js';

/** The same links with the earlier source left, and within one source the earlier entity. */
export function straightened(links: Alignments): Alignments {
  const out: Alignments = {
    leftSource: links.leftSource.slice(),
    left: links.left.slice(),
    rightSource: links.rightSource.slice(),
    right: links.right.slice(),
    confidence: links.confidence,
  };
  const { leftSource, left, rightSource, right } = links;
  for (let i = 0; i < left.length; i++) {
    const isStraight =
      leftSource[i] < rightSource[i] || (leftSource[i] === rightSource[i] && left[i] <= right[i]);
    if (isStraight) continue;
    out.leftSource[i] = rightSource[i];
    out.left[i] = right[i];
    out.rightSource[i] = leftSource[i];
    out.right[i] = left[i];
  }
  return out;
}

/** [links] positions in the order of left source, left, right source and right; equal links keep theirs. */
export function endOrder({ leftSource, left, rightSource, right }: Alignments): Int32Array {
  let order = positions(left.length);
  for (const column of [right, rightSource, left, leftSource]) {
    let most = -1;
    for (let i = 0; i < column.length; i++) if (column[i] > most) most = column[i];
    order = sortBy(column, order, most + 1);
  }
  return order;
}

/** [links] positions by falling confidence, equal ones in the order of `order`, which names each link once. */
export function surestFirst(confidence: Float32Array, order: Int32Array): Int32Array {
  const distinct = Float32Array.from(new Set(confidence)).sort().reverse();
  if (distinct.length < 2) return order;
  const rankOf = new Map(Array.from(distinct, (value, rank) => [value, rank]));
  const ranks = new Int32Array(confidence.length);
  for (let i = 0; i < ranks.length; i++) ranks[i] = rankOf.get(confidence[i]) as number;
  return sortBy(ranks, order, distinct.length);
}
