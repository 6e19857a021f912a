import { parseEntityKey } from '../kg/keys.js';
import type { EntityColumns } from './entityColumns.js';
import type { EntityIndex } from './entityIndex.js';
import type { ReadValues } from './readValues.js';
import type { NamedTriples } from './tripleColumns.js';

/** Values as entities, a class a relation after the labels of nodes. */
export function addValues(found: EntityColumns, { byRelation }: ReadValues, labels: number): void {
  for (const [i, keys] of [...byRelation.values()].entries())
    for (const key of keys.keys()) found.add(key, String(parseEntityKey(key).values[0]), -1, 0, labels + i);
}

/** Facts (node, relation, value); `keys` and `ids` of all entities, of which those without a node are values. */
export function valueFacts(
  { byRelation }: ReadValues,
  at: EntityIndex,
  { keys, ids }: { readonly keys: readonly string[]; readonly ids: Float64Array },
): NamedTriples[] {
  const entityOf = new Map<string, number>();
  for (let entity = 0; entity < ids.length; entity++) if (ids[entity] < 0) entityOf.set(keys[entity], entity);
  return [...byRelation].map(([relation, byKey]) => {
    const head: number[] = [];
    const tail: number[] = [];
    for (const [key, nodes] of byKey)
      for (const id of nodes) {
        const entity = at.get(id);
        if (entity === undefined) continue; // newer than the reading of the nodes
        head.push(entity);
        tail.push(entityOf.get(key) as number);
      }
    return { relation, head: Int32Array.from(head), tail: Int32Array.from(tail) };
  });
}

/**
 * The facts about values that a linked subgraph holds. With hop 1 only a node reaches over an unlinked end: over a value
 * that many nodes share, all of these would come in.
 *
 * @param anchors, hops as `readLinkedTriples` takes them
 */
export const linkedValues = (
  values: readonly NamedTriples[],
  anchors: Uint8Array,
  hops: 0 | 1,
): NamedTriples[] =>
  values.map(({ relation, head, tail }) => {
    const keep = [...head.keys()].filter((i) => anchors[head[i]] && (hops === 1 || anchors[tail[i]]));
    return {
      relation,
      head: Int32Array.from(keep, (i) => head[i]),
      tail: Int32Array.from(keep, (i) => tail[i]),
    };
  });
