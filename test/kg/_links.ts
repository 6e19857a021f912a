import fc from 'fast-check';
import type { Alignments } from '../../src/kg/types.js';

export interface Link {
  readonly leftSource: number;
  readonly left: number;
  readonly rightSource: number;
  readonly right: number;
  readonly confidence: number;
}

export const alignments = (links: readonly Link[]): Alignments => ({
  leftSource: Int32Array.from(links, (l) => l.leftSource),
  left: Int32Array.from(links, (l) => l.left),
  rightSource: Int32Array.from(links, (l) => l.rightSource),
  right: Int32Array.from(links, (l) => l.right),
  confidence: Float32Array.from(links, (l) => l.confidence),
});

export const linksOf = (columns: Alignments): Link[] =>
  Array.from(columns.left, (left, i) => ({
    leftSource: columns.leftSource[i],
    left,
    rightSource: columns.rightSource[i],
    right: columns.right[i],
    confidence: columns.confidence[i],
  }));

/** Links between any entities of sources of these sizes, within a source and repeated ones included. */
export function someLinks(sizes: readonly number[]): fc.Arbitrary<Link[]> {
  const nodes = sizes.flatMap((size, source) =>
    Array.from({ length: size }, (_, entity) => [source, entity]),
  );
  if (nodes.length === 0) return fc.constant([]);
  const node = fc.constantFrom(...nodes);
  return fc.array(
    fc.tuple(node, node, fc.constantFrom(0.25, 0.5, 0.75, 1)).map(([[s, a], [t, b], confidence]) => ({
      leftSource: s,
      left: a,
      rightSource: t,
      right: b,
      confidence,
    })),
  );
}
