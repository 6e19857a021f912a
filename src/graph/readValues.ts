import type { NodeConfig, SourceConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { entityKey, type KeyValue } from '../kg/keys.js';
import { valueLabel } from '../kg/values.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { keyValue } from './keyValue.js';
import { checkedName, requireName, type Schema } from './schema.js';

/** What one property of "values" gave. */
export interface ValueCounts {
  readonly source: string;
  readonly label: string;
  readonly property: string;
  readonly relation: string;
  /** Distinct values. */
  readonly values: number;
  /** Facts (node, relation, value). */
  readonly facts: number;
}

/** The values that nodes have, by relation: canonical key of a value → internal ids of the nodes. */
export interface ReadValues {
  readonly byRelation: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
  readonly counts: readonly ValueCounts[];
}

/** The relations of a source that lead to values, each once. */
export const valueRelations = (source: Pick<SourceConfig, 'nodes'>): string[] => [
  ...new Set(source.nodes.flatMap(({ values = {} }) => Object.values(values))),
];

/** Distinct values of a property at most, unless the config says otherwise. */
const MOST_VALUES = 1000;

/**
 * Reads the properties whose values are entities, window by window. Of a node with several labels of the source the
 * first listed one counts. Empty text is no value.
 *
 * @throws KgmentorError USAGE for a property that the database does not have; BAD_DATA for values that are no categories
 *   and for more distinct ones than a category has
 */
export async function readValues(
  graph: Graph,
  schema: Schema,
  name: string,
  source: SourceConfig,
): Promise<ReadValues> {
  const byRelation = new Map<string, Map<string, number[]>>();
  const counts: ValueCounts[] = [];
  const most = source.mostValues ?? MOST_VALUES;
  for (const relation of valueRelations(source)) byRelation.set(relation, new Map());
  for (const [i, node] of source.nodes.entries()) {
    const earlier = source.nodes.slice(0, i).map(({ label }) => label);
    for (const [property, relation] of Object.entries(node.values ?? {})) {
      const place = { source: name, label: node.label, property };
      requireName(schema, 'property', property);
      const found = await readProperty(graph, schema, { node, earlier, property, most, place });
      const all = byRelation.get(relation) as Map<string, number[]>;
      let facts = 0;
      for (const [value, ids] of found) {
        const key = entityKey(valueLabel(relation), [value]);
        all.set(key, (all.get(key) ?? []).concat(ids));
        facts += ids.length;
      }
      counts.push({ ...place, relation, values: found.size, facts });
    }
  }
  return { byRelation, counts };
}

interface Place {
  readonly source: string;
  readonly label: string;
  readonly property: string;
}

interface PropertyInput {
  readonly node: NodeConfig;
  readonly earlier: readonly string[];
  readonly property: string;
  readonly most: number;
  readonly place: Place;
}

/** Value → internal ids of its nodes. Reading ends at the first value too many. */
async function readProperty(
  graph: Graph,
  schema: Schema,
  { node, earlier, property, most, place }: PropertyInput,
): Promise<Map<KeyValue, number[]>> {
  const text = withNames(cypher('read-values'), { LABEL: checkedName(schema, 'label', node.label) });
  return graph.read(
    async (tx) => {
      const found = new Map<KeyValue, number[]>();
      const wrong: { value: unknown; nodes: number }[] = [];
      for await (const record of tx.run(text, { earlier, property })) {
        const ids = record.get('ids') as number[][];
        for (const [i, raw] of (record.get('values') as unknown[]).entries()) {
          const value = keyValue(raw);
          if (value === null) wrong.push({ value: raw, nodes: ids[i].length });
          else if (value !== '') {
            const others = found.get(value);
            if (others) for (const id of ids[i]) others.push(id);
            else found.set(value, ids[i]);
          }
        }
        if (found.size > most) throw tooMany(place, most);
      }
      if (wrong.length > 0) throw noCategories(place, wrong);
      return found;
    },
    { fetchSize: 10 },
  );
}

const nameOf = ({ source, label, property }: Place) =>
  `The property ${property} of ${label} in the source ${source}`;

function tooMany(place: Place, most: number): KgmentorError {
  return new KgmentorError(
    'BAD_DATA',
    `${nameOf(place)} has more than ${most.toLocaleString('en-US')} distinct values, so it is hardly a category.`,
    { next: `Leave it out of "values" of ${place.label}, or raise "mostValues" of ${place.source}.` },
  );
}

function noCategories(place: Place, wrong: readonly { value: unknown; nodes: number }[]): KgmentorError {
  const count = wrong.reduce((sum, one) => sum + one.nodes, 0);
  const shown = wrong.slice(0, 3).map(({ value }) => {
    const { type, text } = value as { type: string; text: string | null };
    const kind = type.replace(/ NOT NULL$/, '');
    return text === null ? kind : `${text} (${kind})`;
  });
  return new KgmentorError(
    'BAD_DATA',
    `${nameOf(place)} has ${count} ${count === 1 ? 'value that is no category' : 'values that are no categories'}, such as ${shown.join(', ')}.`,
    {
      next: 'Categories are text, integers, booleans, and lists of these. Write classes, such as a decade or a range, into a property of their own and name that, or leave it out of "values".',
    },
  );
}
