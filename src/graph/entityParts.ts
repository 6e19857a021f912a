import { keyOrder } from '../kg/keyOrder.js';
import { compareKeys } from '../kg/keys.js';

/**
 * Entities as one record of nodes, or one relation to values, gives them, a list a column: an object for each would be
 * most of a reading's garbage.
 */
export interface EntityPart {
  /** What their canonical keys begin with, by which labels differ. */
  readonly start: string;
  /** The rest of each canonical key, by which they are put in order. */
  readonly rests: readonly string[];
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
  /** Keys that stand at more than one entity, each once. */
  readonly repeated: readonly string[];
}

export function sortedEntities(parts: readonly EntityPart[]): SortedEntities {
  const length = parts.reduce((sum, { ids }) => sum + ids.length, 0);
  const keys = new Array<string>(length);
  const names: (string | null)[] | undefined = parts.some((part) => part.names)
    ? new Array(length)
    : undefined;
  const [ids, degrees] = [new Float64Array(length), new Float64Array(length)];
  const labels = new Int32Array(length);
  const repeated: string[] = [];
  let n = 0;
  for (const start of [...new Set(parts.map((part) => part.start))].sort(compareKeys)) {
    const own = parts.filter((part) => part.start === start);
    const joined = <T>(column: (part: EntityPart) => readonly T[]) => ([] as T[]).concat(...own.map(column));
    const [rests, ownIds, ownDegrees] = [
      joined((part) => part.rests),
      joined((part) => part.ids),
      joined((part) => part.degrees),
    ];
    const ownNames = names && joined(({ names, ids }) => names ?? ids.map(() => null));
    labels.fill(own[0].label, n, n + rests.length);
    let last: string | undefined;
    for (const i of keyOrder(rests)) {
      if (rests[i] === last && repeated.at(-1) !== start + last) repeated.push(start + last);
      last = rests[i];
      keys[n] = start + last;
      if (names && ownNames) names[n] = ownNames[i];
      ids[n] = ownIds[i];
      degrees[n++] = ownDegrees[i];
    }
  }
  return { keys, ...(names && { names }), ids, degrees, labels, repeated };
}
