/** Internal id → entity. */
export interface EntityIndex {
  get(id: number): number | undefined;
  has(id: number): boolean;
}

/** Ids for each entity up to which a column is smaller than a map. */
const SPARSE = 8;

/**
 * Finds entities by the server's internal ids, which mostly are dense: then a column of them takes a tenth of a map's
 * memory and time.
 *
 * @param ids [entities] internal ids; -1 for an entity that is no node
 */
export function entityIndex(ids: Float64Array): EntityIndex {
  let most = -1;
  for (const id of ids) if (id > most) most = id;
  if (most >= SPARSE * ids.length + 1024) {
    const map = new Map<number, number>();
    for (let entity = 0; entity < ids.length; entity++) if (ids[entity] >= 0) map.set(ids[entity], entity);
    return map;
  }
  const column = new Int32Array(most + 1).fill(-1);
  for (let entity = 0; entity < ids.length; entity++) if (ids[entity] >= 0) column[ids[entity]] = entity;
  const get = (id: number) => {
    const entity = column[id]; // undefined outside the column
    return entity >= 0 ? entity : undefined;
  };
  return { get, has: (id) => get(id) !== undefined };
}
