/** Internal id → entity. */
export interface EntityIndex {
  get(id: number): number | undefined;
  has(id: number): boolean;
}

/** Ids for each node up to which a column is smaller than a map. */
const SPARSE = 8;

/**
 * Finds entities by the server's internal ids, which mostly are dense: then a column of them takes a tenth of a map's
 * memory and time.
 *
 * @param ids [entities] internal ids; -1 for an entity that is no node. Of two entities with one id the first is found.
 */
export function entityIndex(ids: Float64Array): EntityIndex {
  let most = -1;
  let nodes = 0;
  for (const id of ids) {
    if (id > most) most = id;
    if (id >= 0) nodes++;
  }
  if (most >= SPARSE * nodes + 1024) {
    const map = new Map<number, number>();
    for (let entity = ids.length - 1; entity >= 0; entity--)
      if (ids[entity] >= 0) map.set(ids[entity], entity);
    return map;
  }
  return new DenseIndex(ids, most);
}

/** A class and no literal, so that the compiler puts `get` into the loops that call it. */
class DenseIndex implements EntityIndex {
  /** [ids] entity of each internal id; -1 for none. */
  readonly #entity: Int32Array;

  constructor(ids: Float64Array, most: number) {
    this.#entity = new Int32Array(most + 1).fill(-1);
    for (let entity = ids.length - 1; entity >= 0; entity--)
      if (ids[entity] >= 0) this.#entity[ids[entity]] = entity;
  }

  get(id: number): number | undefined {
    const entity = this.#entity[id]; // undefined outside the column
    return entity >= 0 ? entity : undefined;
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }
}
