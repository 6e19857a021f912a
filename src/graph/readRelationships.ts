import type { Record as Row } from 'neo4j-driver';
import { inOrder } from './batches.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import type { ReadWindows } from './readWindows.js';
import type { WeightProperties } from './weights.js';

/** Which relationship types of a source are facts, and what weighs them: parameters of the reading queries. */
export interface TypeFilter {
  readonly exclude: readonly string[];
  readonly include: readonly string[] | null;
  readonly weights: WeightProperties;
}

/** One record of a reading query: relationships by type as lists of internal ids, with the values of weights. */
export interface TypeColumns {
  readonly types: readonly string[];
  readonly heads: readonly (readonly number[])[];
  readonly tails: readonly (readonly number[])[];
  /** Empty for a type without weights. */
  readonly weights: readonly (readonly unknown[])[];
}

/** Records of a hub fetched at a time: enough to hide the way to the server, little to hold. */
const STREAM = 10_000;

/**
 * The relationships of some nodes in one direction, window by window: while one is worked on the next is read. A
 * window is a transaction of its own and comes only when it is whole, so one that is read again after a failure is
 * never there twice.
 *
 * @example
 * for await (const columns of readRelationships(graph, readWindows(ids, degrees), filter, 'out')) …;
 */
export async function* readRelationships(
  graph: Graph,
  { windows, hubs }: ReadWindows,
  filter: TypeFilter,
  direction: 'out' | 'in',
): AsyncGenerator<TypeColumns> {
  yield* inOrder([
    ...windows.map((ids) => () => readWindow(graph, { ...filter, ids }, direction)),
    ...hubs.map((id) => () => readHub(graph, id, filter, direction)),
  ]);
}

async function readWindow(graph: Graph, parameters: object, direction: 'out' | 'in'): Promise<TypeColumns> {
  const { records } = await graph.read(async (tx) => tx.run(cypher(`read-${direction}`), parameters));
  return typeColumns(records[0]);
}

const typeColumns = (record: Row): TypeColumns => ({
  types: record.get('types'),
  heads: record.get('heads'),
  tails: record.get('tails'),
  weights: record.get('weights'),
});

/** The relationships of one node, whose number is bounded by the graph only. */
export async function readHub(
  graph: Graph,
  id: bigint,
  filter: TypeFilter,
  direction: 'out' | 'in',
): Promise<TypeColumns> {
  const text = cypher(`read-hub-${direction}`);
  const isWeighed = (type: string) => filter.weights !== null && Object.hasOwn(filter.weights, type);
  const byType = await graph.read(
    async (tx) => {
      const found = new Map<string, { others: number[]; weights: unknown[] }>(); // begun anew on each try
      for await (const record of tx.run(text, { ...filter, id })) {
        const type = record.get('type') as string;
        let columns = found.get(type);
        if (!columns) {
          columns = { others: [], weights: [] };
          found.set(type, columns);
        }
        columns.others.push(record.get('other') as number);
        if (isWeighed(type)) columns.weights.push(record.get('weight'));
      }
      return found;
    },
    { fetchSize: STREAM },
  );
  const columns = [...byType.values()];
  const others = columns.map((one) => one.others);
  const hub = others.map(({ length }) => new Array<number>(length).fill(Number(id)));
  return {
    types: [...byType.keys()],
    heads: direction === 'out' ? hub : others,
    tails: direction === 'out' ? others : hub,
    weights: columns.map((one) => one.weights),
  };
}
