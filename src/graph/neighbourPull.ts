import type { Record as Row } from 'neo4j-driver';
import type { FeedLayout } from '../kg/batchSource.js';
import { Growing } from '../kg/growing.js';
import { relativeWeights } from '../kg/weights.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { entityIndex } from './entityIndex.js';
import { readHub, type TypeColumns, type TypeFilter } from './readRelationships.js';
import { readWindows } from './readWindows.js';

/** One source's facts of a batch, on rows. */
export interface Part {
  readonly head: Int32Array;
  readonly relation: Int32Array;
  readonly tail: Int32Array;
  readonly weight: Float32Array;
}

/** A source as it was read: what its neighbourhoods are found by. */
export interface Place {
  readonly graph: Graph;
  readonly nameOf: (type: string) => string;
  readonly filter: TypeFilter;
  /** Entity → internal id, and how many relationships its node has. */
  readonly ids: Float64Array;
  readonly degrees: Float64Array;
  /** Relationship type → mean of its weights. */
  readonly means: Readonly<Record<string, number>>;
}

/**
 * What pulls one source's neighbourhoods of some rows. A node with very many relationships comes whole too: as a
 * stream of its own, so that neither a transaction nor a record holds more than the others'.
 */
export function puller(
  { graph, nameOf, filter, ids, degrees, means }: Place,
  { rowOf, weight, heldOut }: FeedLayout['sources'][number],
  { rows: total, entities, relations }: FeedLayout,
): (rows: Int32Array) => Promise<Part> {
  const relationOf = new Map(relations.map((name, id) => [name, id]));
  const at = entityIndex(ids);
  const rowAt = (id: number) => rowOf[at.get(id) ?? -1] ?? -1;
  const members: number[][] = Array.from({ length: total }, () => []);
  for (const [entity, row] of rowOf.entries()) if (row >= 0) members[row].push(entity);

  return async (rows) => {
    const out = {
      head: new Growing(Int32Array),
      relation: new Growing(Int32Array),
      tail: new Growing(Int32Array),
      weight: new Growing(Float32Array),
    };
    const add = ({ types, heads, tails, weights }: TypeColumns) => {
      for (const [i, type] of types.entries()) {
        const relation = relationOf.get(nameOf(type));
        if (relation === undefined) continue;
        const given = Float64Array.from(weights[i], (value) => (value as number | null) ?? Number.NaN);
        const relative = relativeWeights(given, Object.hasOwn(means, type) ? means[type] : 1);
        for (let j = 0; j < heads[i].length; j++) {
          const head = rowAt(heads[i][j]);
          const tail = rowAt(tails[i][j]);
          if (head < 0 || tail < 0) continue;
          if (head >= entities && tail >= entities) continue; // hop 1 goes no further
          if (heldOut?.has(head, relation, tail)) continue;
          out.head.push(head);
          out.relation.push(relation);
          out.tail.push(tail);
          out.weight.push(weight * (relative[j] ?? 1));
        }
      }
    };
    const asked = Array.from(rows).flatMap((row) => members[row]);
    const { windows, hubs } = readWindows(
      asked.map((entity) => ids[entity]),
      asked.map((entity) => degrees[entity]),
    );
    for (const window of windows) add(await readNeighbours(graph, filter, window));
    for (const hub of hubs)
      for (const direction of ['out', 'in'] as const) add(await readHub(graph, hub, filter, direction));
    return {
      head: out.head.done(),
      relation: out.relation.done(),
      tail: out.tail.done(),
      weight: out.weight.done(),
    };
  };
}

async function readNeighbours(
  graph: Graph,
  filter: TypeFilter,
  ids: readonly number[],
): Promise<TypeColumns> {
  const { records } = await graph.read(async (tx) => tx.run(cypher('read-neighbours'), { ...filter, ids }));
  return directed(records[0]);
}

/** Anchors and others as heads and tails: a type that comes in both directions stands twice. */
function directed(record: Row): TypeColumns {
  const outward = record.get('outward') as boolean[];
  const anchors = record.get('anchors') as number[][];
  const others = record.get('others') as number[][];
  return {
    types: record.get('types'),
    heads: outward.map((out, i) => (out ? anchors : others)[i]),
    tails: outward.map((out, i) => (out ? others : anchors)[i]),
    weights: record.get('weights'),
  };
}
