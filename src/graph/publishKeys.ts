import type { NodeConfig } from '../config.js';
import { entityKey, type KeyValue } from '../kg/keys.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { keyValue } from './keyValue.js';
import { newName } from './names.js';
import type { PublishInput } from './publishInput.js';
import { keyProperties } from './readEntities.js';
import type { Slot } from './slots.js';

/** A label's nodes found again by their keys, in columns, and what the slot holds already. */
export interface LabelRows {
  readonly node: NodeConfig;
  /** Labels listed before this one: their nodes are another class. */
  readonly earlier: readonly string[];
  /** Key properties; empty for the element id. */
  readonly properties: readonly string[];
  readonly ids: readonly bigint[];
  readonly keys: readonly KeyValue[][];
  /** Row of the model's table. */
  readonly rows: readonly number[];
  /** Nodes whose slot is not empty. */
  readonly filled: readonly bigint[];
  /** Nodes that the model does not know. */
  readonly unknown: number;
}

export interface KeyJoin {
  readonly labels: readonly LabelRows[];
  /** Entities of the model whose key no node has. */
  readonly missing: readonly string[];
  /** Keys that several nodes have. */
  readonly repeated: readonly string[];
}

/** Finds the model's entities among the nodes by reading the labels once: that needs no index on any key. */
export async function joinKeys(graph: Graph, input: PublishInput, slot: Slot): Promise<KeyJoin> {
  const rowOfKey = new Map(input.entities.keys.map((key, row) => [key, row]));
  const seen = new Set<string>();
  const repeated: string[] = [];
  const labels: LabelRows[] = [];
  for (const [i, node] of input.source.nodes.entries()) {
    const earlier = input.source.nodes.slice(0, i).map((n) => n.label);
    const nodes = await readKeys(graph, { node, earlier, slot });
    const found = { ids: [] as bigint[], keys: [] as KeyValue[][], rows: [] as number[] };
    let unknown = 0;
    nodes.keys.forEach((values, at) => {
      const key = values.includes(null) ? undefined : entityKey(node.label, values as KeyValue[]);
      const row = key === undefined ? undefined : rowOfKey.get(key);
      if (key === undefined || row === undefined) {
        unknown++;
        return;
      }
      if (seen.has(key)) repeated.push(key);
      seen.add(key);
      found.ids.push(nodes.ids[at]);
      found.keys.push(values as KeyValue[]);
      found.rows.push(row);
    });
    labels.push({ node, earlier, properties: keyProperties(node), filled: nodes.filled, unknown, ...found });
  }
  return { labels, repeated, missing: input.entities.keys.filter((key) => !seen.has(key)) };
}

async function readKeys(
  graph: Graph,
  { node, earlier, slot }: { node: NodeConfig; earlier: readonly string[]; slot: Slot },
): Promise<{ ids: bigint[]; keys: (KeyValue | null)[][]; filled: bigint[] }> {
  const text = withNames(cypher('write-publish-keys'), { LABEL: newName('label', node.label) });
  return graph.read(async (tx) => {
    const ids: bigint[] = [];
    const keys: (KeyValue | null)[][] = [];
    const filled: bigint[] = [];
    for await (const record of tx.run(text, { properties: keyProperties(node), earlier, slot })) {
      const full = record.get('filled') as boolean[];
      (record.get('ids') as unknown[]).forEach((value, i) => {
        const id = BigInt(String(value));
        ids.push(id);
        if (full[i]) filled.push(id);
      });
      for (const values of record.get('keys') as unknown[][]) keys.push(values.map(keyValue));
    }
    return { ids, keys, filled };
  });
}
