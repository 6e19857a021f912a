import { type EntityIndex, entityIndex } from './entityIndex.js';

/** The entities of several sources, numbered source after source. */
export class EntityPlaces {
  /** [places] position of the source. */
  readonly source: Int32Array;
  /** [sources] place of each source's first entity. */
  readonly first: Int32Array;

  /** @param sizes [sources] entities of each */
  constructor(sizes: readonly number[]) {
    this.source = new Int32Array(sizes.reduce((sum, size) => sum + size, 0));
    this.first = new Int32Array(sizes.length);
    let next = 0;
    for (const [source, size] of sizes.entries()) {
      this.first[source] = next;
      this.source.fill(source, next, next + size);
      next += size;
    }
  }
}

/**
 * Finds places by internal id, in one look-up whatever the number of sources; a node of two is the earlier's.
 *
 * @param sources those of one database, with their positions among all
 */
export function placeIndex(
  { source, first }: EntityPlaces,
  sources: readonly { readonly i: number; readonly ids: Float64Array }[],
): EntityIndex {
  const ids = new Float64Array(source.length).fill(-1);
  for (const one of sources) ids.set(one.ids, first[one.i]);
  return entityIndex(ids);
}
