import { compareKeys } from '../kg/keys.js';

/**
 * Entities as one record of nodes, or one relation to values, gives them, a list a column: an object for each would be
 * most of a reading's garbage.
 */
export interface EntityPart {
  readonly keys: readonly string[];
  /** Shown to people; absent where nodes of a label have none, or names are not asked for. */
  readonly names?: readonly (string | null)[];
  /** Internal ids; -1 for a value, which is no node. */
  readonly ids: readonly number[];
  /** Relationships of each node; 0 for a value. */
  readonly degrees: readonly number[];
  /** Of all of them: position among the labels of the source. */
  readonly label: number;
}

/** Entities in the order of their keys. */
export interface SortedEntities {
  readonly keys: string[];
  /** Absent where no part has any. */
  readonly names?: (string | null)[];
  readonly ids: Float64Array;
  readonly degrees: Float64Array;
  readonly labels: Int32Array;
}

export function sortedEntities(parts: readonly EntityPart[]): SortedEntities {
  const joined = <T>(column: (part: EntityPart) => readonly T[]) => ([] as T[]).concat(...parts.map(column));
  const keys = joined((part) => part.keys);
  const names =
    parts.some((part) => part.names) && joined(({ names, keys }) => names ?? keys.map(() => null));
  const [ids, degrees] = [joined((part) => part.ids), joined((part) => part.degrees)];
  const labels = new Int32Array(keys.length);
  let from = 0;
  for (const { label, ids } of parts) {
    labels.fill(label, from, from + ids.length);
    from += ids.length;
  }
  const order = Array.from(keys.keys()).sort((a, b) => compareKeys(keys[a], keys[b]));
  const out = {
    keys: order.map((i) => keys[i]),
    ...(names && { names: order.map((i) => names[i]) }),
    ids: new Float64Array(order.length),
    degrees: new Float64Array(order.length),
    labels: new Int32Array(order.length),
  };
  for (let entity = 0; entity < order.length; entity++) {
    const i = order[entity];
    out.ids[entity] = ids[i];
    out.degrees[entity] = degrees[i];
    out.labels[entity] = labels[i];
  }
  return out;
}
