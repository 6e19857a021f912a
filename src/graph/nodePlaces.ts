import { type EntityIndex, entityIndex } from './entityIndex.js';
import type { LinkSource } from './linkColumns.js';

/** Finds the sources' entities by internal id, in one look-up whatever their number; a node of two is the earlier's. */
export class NodePlaces {
  readonly #at: EntityIndex;
  /** [places] position of the source and of the entity in it. */
  readonly source: Int32Array;
  readonly entity: Int32Array;

  /** @param sources of one database, with their positions among all */
  constructor(sources: readonly (Pick<LinkSource, 'read'> & { readonly i: number })[]) {
    const total = sources.reduce((sum, { read }) => sum + read.ids.length, 0);
    const ids = new Float64Array(total);
    this.source = new Int32Array(total);
    this.entity = new Int32Array(total);
    let from = 0;
    for (const { i, read } of sources.toReversed()) {
      ids.set(read.ids, from);
      this.source.fill(i, from, from + read.ids.length);
      for (let entity = 0; entity < read.ids.length; entity++) this.entity[from++] = entity;
    }
    this.#at = entityIndex(ids);
  }

  /** The place of a node in both columns; undefined where no source has it. */
  get(id: number): number | undefined {
    return this.#at.get(id);
  }
}
