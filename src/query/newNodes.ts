import { KgmentorError } from '../errors.js';
import { cypher, withNames } from '../graph/cypher.js';
import { keyValue } from '../graph/keyValue.js';
import { newName } from '../graph/names.js';
import { ask, type Transaction } from '../graph/rows.js';
import type { KeyValue } from '../kg/keys.js';
import type { AddInput } from './addNodes.js';
import { nodeOf, type Published, publishedLabel } from './published.js';

/** A node without a vector. */
export interface NewNode {
  /** Element id. */
  readonly id: string;
  readonly label: string;
  readonly key: readonly KeyValue[];
}

/** More than so many are worth a training. */
const MOST = 1000;

/**
 * The nodes that are to get vectors.
 *
 * @throws KgmentorError NO_DATA where a key is no node's, or no node is new; USAGE for too many
 */
export async function newNodes(
  tx: Transaction,
  published: readonly Published[],
  { source, label, keys, most = MOST }: AddInput,
): Promise<{ nodes: NewNode[]; already: number }> {
  const nodes = new Map<string, NewNode>();
  let already = 0;
  if (keys) {
    const of = publishedLabel(published, source.name, label ?? source.nodes[0].label);
    for (const { key, otherKey } of keys) {
      const [found, by] = await byEither(tx, of, key, otherKey);
      if (found.vector === null) nodes.set(found.id, { id: found.id, label: of.label, key: by });
      else already++;
    }
  } else
    for (const [i, node] of source.nodes.entries()) {
      if (label !== undefined && node.label !== label) continue;
      const of = publishedLabel(published, source.name, node.label);
      const text = withNames(cypher('query-new-nodes'), { LABEL: newName('label', node.label) });
      const found = await ask<{ id: string; key: unknown[] }>(tx, text, {
        earlier: source.nodes.slice(0, i).map((one) => one.label),
        slot: of.slot,
        properties: of.keyProperties,
        most: BigInt(most + 1),
      });
      for (const { id, key } of found)
        nodes.set(id, { id, label: node.label, key: key.map((value) => keyValue(value) as KeyValue) });
    }
  if (nodes.size > most)
    throw new KgmentorError('USAGE', `More than ${most} nodes of ${source.name} have no vector.`, {
      next: `Train: \`kgmentor retrain ${source.name} --incremental\`. Or raise --most.`,
    });
  if (nodes.size > 0 || already > 0) return { nodes: [...nodes.values()], already };
  throw new KgmentorError('NO_DATA', `All nodes of ${source.name} have vectors.`, {
    next: 'Nothing needs to be added.',
  });
}

async function byEither(
  tx: Transaction,
  published: Published,
  key: readonly KeyValue[],
  otherKey: readonly KeyValue[] | undefined,
) {
  for (const values of otherKey ? [key, otherKey] : [key]) {
    const node = await nodeOf(tx, published, values);
    if (node) return [node, values] as const;
  }
  throw new KgmentorError('NO_DATA', `No ${published.label} node has the key ${key.join(', ')}.`, {
    next: 'Check the key; a node of another label is found by that label (--label).',
  });
}
