import { Growing } from '../kg/growing.js';
import { compareKeys, keyStart, parseEntityKey } from '../kg/keys.js';
import { filterTriples } from '../kg/triples.js';
import { valueLabel } from '../kg/values.js';
import type { EntityIndex } from './entityIndex.js';
import type { EntityPart } from './entityParts.js';
import type { ReadValues } from './readValues.js';
import { renumbered } from './sourceFacts.js';
import type { NamedFacts } from './tripleColumns.js';

/** Values as entities, a class a relation after the labels of nodes; their text is their name. */
export const valueParts = ({ byRelation }: ReadValues, labels: number, wantsNames: boolean): EntityPart[] =>
  [...byRelation].map(([relation, byKey], i) => {
    const start = keyStart(valueLabel(relation));
    const keys = [...byKey.keys()];
    const names = wantsNames && keys.map((key) => String(parseEntityKey(key).values[0]));
    return {
      start,
      rests: keys.map((key) => key.slice(start.length)),
      ...(names && { names }),
      ids: keys.map(() => -1),
      degrees: keys.map(() => 0),
      label: labels + i,
    };
  });

/** Facts (node, relation, value); `keys` and `ids` of all entities, of which those without a node are values. */
export function valueFacts(
  { byRelation }: ReadValues,
  at: EntityIndex,
  { keys, ids }: { readonly keys: readonly string[]; readonly ids: Float64Array },
): NamedFacts {
  const entityOf = new Map<string, number>();
  for (let entity = 0; entity < ids.length; entity++) if (ids[entity] < 0) entityOf.set(keys[entity], entity);
  const [head, relation, tail] = [0, 1, 2].map(() => new Growing(Int32Array));
  for (const [i, byKey] of [...byRelation.values()].entries())
    for (const [key, nodes] of byKey)
      for (const id of nodes) {
        const entity = at.get(id);
        if (entity === undefined) continue; // newer than the reading of the nodes
        head.push(entity);
        relation.push(i);
        tail.push(entityOf.get(key) as number);
      }
  const triples = { head: head.done(), relation: relation.done(), tail: tail.done() };
  return ofUsed({ relations: [...byRelation.keys()], triples });
}

/** The same facts with relations that have some only, in order. */
function ofUsed({ relations, triples }: NamedFacts): NamedFacts {
  const isUsed = new Uint8Array(relations.length);
  for (const relation of triples.relation) isUsed[relation] = 1;
  const used = relations.filter((_, relation) => isUsed[relation]).sort(compareKeys);
  return { relations: used, triples: { ...triples, relation: renumbered({ relations, triples }, used) } };
}

/**
 * The facts about values that a linked subgraph holds. With hop 1 only a node reaches over an unlinked end: over a value
 * that many nodes share, all of these would come in.
 *
 * @param anchors, hops as `readLinkedTriples` takes them
 */
export function linkedValues(
  { relations, triples }: NamedFacts,
  anchors: Uint8Array,
  hops: 0 | 1,
): NamedFacts {
  const { head, tail } = triples;
  const keep = (i: number) => anchors[head[i]] === 1 && (hops === 1 || anchors[tail[i]] === 1);
  return ofUsed({ relations, triples: filterTriples(triples, keep) });
}
