import { parseEntityKey } from '../kg/keys.js';
import type { EntityIndex } from './entityIndex.js';
import type { ReadValues } from './readValues.js';
import type { NamedTriples } from './tripleColumns.js';

/** An entity before all are numbered. */
export interface FoundEntity {
  readonly key: string;
  /** Internal id; -1 for a value, which is no node. */
  readonly id: number;
  /** Relationships of its node; 0 for a value. */
  readonly degree: number;
  readonly label: number;
  readonly name: string | null;
}

/** Values as entities, a class a relation. */
export function valueEntities({ byRelation }: ReadValues, labels: number): FoundEntity[] {
  return [...byRelation.values()].flatMap((keys, i) =>
    Array.from(keys.keys(), (key) => ({
      key,
      id: -1,
      degree: 0,
      label: labels + i,
      name: String(parseEntityKey(key).values[0]),
    })),
  );
}

/** Facts (node, relation, value). `sorted` are all entities in the order of their ids. */
export function valueFacts(
  { byRelation }: ReadValues,
  at: EntityIndex,
  sorted: readonly FoundEntity[],
): NamedTriples[] {
  const entityOf = new Map(sorted.flatMap(({ key, id }, entity) => (id < 0 ? [[key, entity]] : [])));
  return [...byRelation].map(([relation, keys]) => {
    const head: number[] = [];
    const tail: number[] = [];
    for (const [key, ids] of keys)
      for (const id of ids) {
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
