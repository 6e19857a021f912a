import { KgmentorError } from '../errors.js';
import { cypher, withNames } from '../graph/cypher.js';
import { newName } from '../graph/names.js';
import { ask, type Transaction } from '../graph/rows.js';
import type { KeyValue } from '../kg/keys.js';
import { anyOf, nearest } from '../kg/nearest.js';

/** What readers of one label of a source are pointed at. */
export interface Published {
  readonly label: string;
  readonly model: string;
  readonly encoder: string;
  readonly geometry: 'dot' | 'unit' | 'l2';
  readonly dim: number;
  /** Property of the vectors. */
  readonly slot: string;
  readonly index: string;
  /** Nodes in the index. */
  readonly count: number;
  /** Empty for the element id. */
  readonly keyProperties: readonly string[];
  readonly nameProperty: string | null;
}

export interface FoundNode {
  /** Element id, to be used in the same transaction. */
  readonly id: string;
  readonly vector: readonly number[];
}

/**
 * What is published for a source, a label each.
 *
 * @throws KgmentorError NO_DATA where nothing is
 */
export async function readPublished(tx: Transaction, source: string): Promise<Published[]> {
  const found = await ask<Published>(tx, cypher('query-published'), { source });
  if (found.length > 0) return found;
  throw new KgmentorError('NO_DATA', `Nothing is published for the source ${source}.`, {
    next: `Publish a student first: \`kgmentor publish ${source}\`.`,
  });
}

/**
 * What is published for one label of a source.
 *
 * @throws KgmentorError USAGE where the source publishes other labels only
 */
export function publishedLabel(published: readonly Published[], source: string, label: string): Published {
  const found = published.find((one) => one.label === label);
  if (found) return found;
  throw new KgmentorError('USAGE', `The source ${source} publishes no label ${JSON.stringify(label)}.`, {
    next: `It publishes ${published.map((one) => one.label).join(', ')}.`,
  });
}

/**
 * The node of a key with its published vector.
 *
 * @param otherKey looked for where no node has the key
 * @throws KgmentorError USAGE for a key of another length, NO_DATA where no node has it or the node has no vector
 */
export async function findNode(
  tx: Transaction,
  published: Published,
  key: readonly KeyValue[],
  otherKey?: readonly KeyValue[],
): Promise<FoundNode> {
  const { label, keyProperties } = published;
  for (const values of otherKey ? [key, otherKey] : [key]) {
    const node = await nodeOf(tx, published, values);
    if (!node) continue;
    const { id, vector } = node;
    if (vector !== null) return { id, vector };
    throw new KgmentorError('NO_DATA', `The ${label} node ${shown(values)} has no vector.`, {
      next: 'It is newer than the training: train and publish again.',
    });
  }
  throw new KgmentorError('NO_DATA', `No ${label} node has the key ${shown(key)}.`, {
    next: `Check the value of ${keyProperties.join(', ') || 'the element id'}; a node of another label is found by that label (--label).`,
  });
}

const shown = (key: readonly KeyValue[]): string =>
  key.map((value) => (typeof value === 'string' ? JSON.stringify(value) : value)).join(', ');

/**
 * The node of a key, with its vector where it has one; undefined where no node has the key.
 *
 * @throws KgmentorError USAGE for a key of another length
 */
export async function nodeOf(
  tx: Transaction,
  { label, slot, keyProperties }: Published,
  key: readonly KeyValue[],
): Promise<{ id: string; vector: number[] | null } | undefined> {
  const parts = Math.max(keyProperties.length, 1);
  if (key.length !== parts)
    throw new KgmentorError('USAGE', `The key of ${label} has ${parts} values, ${key.length} given.`, {
      next: `Give ${keyProperties.join(', ') || 'the element id'}.`,
    });
  const LABEL = newName('label', label);
  const text =
    keyProperties.length === 0
      ? withNames(cypher('query-node-by-id'), { LABEL })
      : withNames(cypher('query-node'), { LABEL, KEY: newName('property', keyProperties[0]) });
  const [node] = await ask<{ id: string; vector: number[] | null }>(tx, text, {
    key,
    slot,
    properties: keyProperties,
  });
  return node;
}

/** A relation of a published model. */
export interface FoundRelation {
  readonly name: string;
  /** Relationship types that it stands for. */
  readonly types: readonly string[];
  /** For (node, relation, ?), or for (?, relation, node) where that was asked for. */
  readonly vector: readonly number[];
}

/**
 * A model's relation by its name or by a relationship type that stands for it.
 *
 * @param values relations to values of properties, which no model publishes
 * @throws KgmentorError USAGE with the nearest names where the model has none
 */
export async function findRelation(
  tx: Transaction,
  { model }: Published,
  relation: string,
  inverse: boolean,
  values: readonly string[] = [],
): Promise<FoundRelation> {
  const [{ relation: found, names }] = await ask<{ relation: FoundRelation | null; names: string[] }>(
    tx,
    cypher('query-relation'),
    { model, relation, inverse },
  );
  if (found) return found;
  if (values.includes(relation))
    throw new KgmentorError(
      'USAGE',
      `The relation ${relation} leads to values of a property, which are no nodes and have no vectors in the graph.`,
      { next: `Ask for a relation between nodes: ${names.sort().slice(0, 10).join(', ')}.` },
    );
  const near = nearest(relation, names);
  throw new KgmentorError('USAGE', `The published model has no relation ${JSON.stringify(relation)}.`, {
    next: near.length
      ? `Did you mean ${anyOf(near)}?`
      : `It has ${names.sort().slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}.`,
  });
}
