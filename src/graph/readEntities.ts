import type { NodeConfig, SourceConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { type KeyValue, keyRest, keyStart } from '../kg/keys.js';
import { nearest } from '../kg/nearest.js';
import type { Entities } from '../kg/types.js';
import { valueLabel } from '../kg/values.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { type EntityIndex, entityIndex } from './entityIndex.js';
import { type EntityPart, sortedEntities } from './entityParts.js';
import { keyValue } from './keyValue.js';
import { type LabelProfile, readLabelProfile } from './labelProfile.js';
import { newName } from './names.js';
import { readValues, type ValueCounts } from './readValues.js';
import { requireName, type Schema } from './schema.js';
import type { NamedFacts } from './tripleColumns.js';
import { valueFacts, valueParts } from './valueEntities.js';

/** A source's entities with the server's internal ids, which hold within one export only. */
export interface ReadEntities {
  readonly entities: Entities;
  /** Entity → internal id; -1 for a value, which is no node. */
  readonly ids: Float64Array;
  /** Entity → relationships of its node, of any type and in both directions; 0 for a value. */
  readonly degrees: Float64Array;
  readonly at: EntityIndex;
  /** Facts (node, relation, value). */
  readonly values: NamedFacts;
  readonly valueCounts: readonly ValueCounts[];
}

/** The key properties of a label; empty for the element id. */
export function keyProperties(node: NodeConfig): readonly string[] {
  if (node.key === 'elementId') return [];
  return typeof node.key === 'string' ? [node.key] : node.key;
}

/**
 * Reads the nodes of a source, and the values of properties that are entities on request, and numbers them in the
 * order of their keys. The first listed label of a node is its candidate class; values have classes of their own.
 *
 * @param options.names whether names that are shown to people are read, too
 * @param schema may still be under way: nodes are read meanwhile, and names are checked once both are there
 * @throws KgmentorError USAGE for an unknown label or property, NO_DATA for an empty source, BAD_DATA for missing or
 *   repeated keys and for values that are no categories
 */
export async function readEntities(
  graph: Graph,
  schema: Schema | Promise<Schema>,
  name: string,
  source: SourceConfig,
  options: { readonly names?: boolean } = {},
): Promise<ReadEntities> {
  const wantsNames = options.names === true && source.nodes.some((node) => node.name);
  const found = await readNodes(graph, schema, name, source, wantsNames);
  const values = await readValues(graph, await schema, name, source);
  const parts = [...found, ...valueParts(values, source.nodes.length, wantsNames)];
  const { keys, names, ids, degrees, labels, repeated } = sortedEntities(parts);
  if (repeated.length > 0) throw repeatedKeys(name, source, repeated);
  const at = entityIndex(ids);
  return {
    entities: {
      keys,
      labels: [...source.nodes.map((node) => node.label), ...[...values.byRelation.keys()].map(valueLabel)],
      label: labels,
      ...(names && { names }),
    },
    ids,
    degrees,
    at,
    values: valueFacts(values, at, { keys, ids }),
    valueCounts: values.counts,
  };
}

async function readNodes(
  graph: Graph,
  schema: Schema | Promise<Schema>,
  name: string,
  source: SourceConfig,
  wantsNames: boolean,
): Promise<EntityPart[]> {
  const known = Promise.resolve(schema);
  known.catch(() => undefined); // awaited below, as nodes are read meanwhile
  const found: EntityPart[] = [];
  const labels = source.nodes.map((node) => node.label);
  for (const [label, node] of source.nodes.entries()) {
    const text = withNames(cypher('read-entities'), { LABEL: newName('label', node.label) });
    const parameters = {
      properties: keyProperties(node),
      earlier: labels.slice(0, label),
      name: (wantsNames && node.name) || null,
    };
    const start = keyStart(node.label);
    const { parts, missing } = await graph.read(
      async (tx) => {
        const parts: EntityPart[] = []; // begun anew on each try
        const missing: number[] = [];
        for await (const record of tx.run(text, parameters)) {
          const ids = record.get('ids') as number[];
          const rests = keyRests(record.get('keys') as unknown[][], ids, missing);
          const part = { start, rests, ids, degrees: record.get('degrees') as number[], label };
          const names = parameters.name !== null && (record.get('names') as unknown[]).map(textOf);
          parts.push(names ? { ...part, names } : part);
        }
        return { parts, missing };
      },
      { fetchSize: 10 },
    );
    requireName(await known, 'label', node.label); // no node has one that the database does not know
    if (parameters.name !== null) requireName(await known, 'property', parameters.name);
    if (missing.length > 0) {
      // A key that any node has is no slip.
      const isSlip = missing.length === parts.reduce((sum, { ids }) => sum + ids.length, 0);
      const profile = isSlip
        ? await readLabelProfile(graph, await known, node.label).catch(() => undefined)
        : undefined;
      throw missingKeys(name, node, missing, profile);
    }
    for (const part of parts) found.push(part);
  }
  if (found.every(({ ids }) => ids.length === 0))
    throw new KgmentorError(
      'NO_DATA',
      `The source ${name} is empty: no node has the label ${labels.join(' or ')}.`,
      {
        next: 'Import data into it, or correct its labels in the configuration.',
      },
    );
  return found;
}

/** What tells canonical keys of a label apart, from columns of values; ids of nodes without a usable key go to `missing`. */
function keyRests(
  columns: readonly (readonly unknown[])[],
  ids: readonly number[],
  missing: number[],
): string[] {
  const rests = new Array<string>(ids.length);
  const values: KeyValue[] = []; // one for all: a list for each node would live as long as the record
  for (let i = 0; i < rests.length; i++) {
    let isWhole = true;
    for (let column = 0; column < columns.length; column++) {
      const value = keyValue(columns[column][i]);
      if (value === null) isWhole = false;
      else values[column] = value;
    }
    if (!isWhole) missing.push(ids[i]);
    rests[i] = isWhole ? keyRest(values) : '';
  }
  return rests;
}

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : String(value);

function missingKeys(
  source: string,
  node: NodeConfig,
  ids: readonly number[],
  profile?: LabelProfile,
): KgmentorError {
  const key = keyProperties(node).join(' + ');
  const properties = (profile?.properties ?? []).flatMap(({ name }) => name ?? []);
  const unknown = keyProperties(node).find((name) => !properties.includes(name));
  const [near] = unknown === undefined ? [] : nearest(unknown, properties);
  return new KgmentorError(
    'BAD_DATA',
    `${ids.length} nodes of label ${node.label} in the source ${source} have no usable value of the key ${key}, such as those with id ${ids.slice(0, 3).join(', ')}.`,
    {
      next: `${near ? `Did you mean ${JSON.stringify(near)}? ` : ''}Give them one, name another key of ${node.label}, or take "key": "elementId".`,
    },
  );
}

const repeatedKeys = (source: string, config: SourceConfig, repeated: readonly string[]): KgmentorError =>
  new KgmentorError(
    'BAD_DATA',
    `${repeated.length} keys of the source ${source} stand at more than one node, such as ${repeated.slice(0, 3).join(', ')}.`,
    {
      next: `Choose keys that tell nodes apart (${config.nodes.map((node) => node.label).join(', ')}), composite ones if need be, or "elementId".`,
    },
  );
