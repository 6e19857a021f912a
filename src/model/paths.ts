/** No tensor here: a thread that makes batches loads no TensorFlow. */

/** Paths on the host: see `PathShape`; an entity of -1 is hidden. */
export interface Paths {
  readonly size: number;
  readonly hops: number;
  /** [size · hops] */
  readonly entity: Int32Array;
  readonly relation: Int32Array;
}

/** One hop a query. */
export const singleHop = (entity: Int32Array, relation: Int32Array): Paths => givenStart(entity, [relation]);

/** Paths whose first entities are given, and those in between hidden. @param relation [hops][size] */
export function givenStart(entity: Int32Array, relation: readonly Int32Array[]): Paths {
  const size = entity.length;
  const hops = relation.length;
  const rows = new Int32Array(size * hops).fill(-1);
  rows.set(entity);
  const relations = new Int32Array(size * hops);
  for (const [hop, ids] of relation.entries()) relations.set(ids, hop * size);
  return { size, hops, entity: rows, relation: relations };
}
