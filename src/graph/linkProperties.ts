import type { AlignmentConfig } from '../config.js';
import { entityKey } from '../kg/keys.js';
import { type Place, placeOf } from './alignments.js';
import { cypher, withNames } from './cypher.js';
import { keyValue } from './keyValue.js';
import { indexOf, type LinkColumns, type LinkSource } from './linkColumns.js';
import type { LinkCounts } from './links.js';
import { checkedName, requireName } from './schema.js';

/** Value → entities that have it. */
async function valuesOf(source: LinkSource, at: Place): Promise<Map<string, number[]>> {
  const { graph, schema, read } = source;
  requireName(schema, 'property', at.property);
  const text = withNames(cypher('read-property'), { LABEL: checkedName(schema, 'label', at.label) });
  return graph.read(
    async (tx) => {
      const found = new Map<string, number[]>();
      for await (const record of tx.run(text, { property: at.property })) {
        const values = record.get('values') as unknown[];
        for (const [i, id] of (record.get('ids') as number[]).entries()) {
          const entity = read.at.get(id);
          const value = keyValue(values[i]);
          if (entity === undefined || value === null || value === '') continue;
          const key = entityKey('', [value]);
          const others = found.get(key);
          if (others) others.push(entity);
          else found.set(key, [entity]);
        }
      }
      return found;
    },
    { fetchSize: 10 },
  );
}

/** Pairs of one value at most: a value that very many nodes share identifies nothing. */
const MOST_PAIRS = 1000;

/** Links by equal properties; returns how many pairs of too common values were left out, and properties without a value. */
export async function fromProperties(
  sources: readonly LinkSource[],
  alignment: Extract<AlignmentConfig, { match: Record<string, string> }>,
  columns: LinkColumns,
): Promise<Pick<LinkCounts, 'outside' | 'unset'>> {
  const labelled = sources.map(({ name, read }) => ({ name, labels: read.entities.labels }));
  let outside = 0;
  const unset = new Set<string>();
  for (const [leftName, rightName] of Object.entries(alignment.match)) {
    const [left, right] = [placeOf(labelled, leftName), placeOf(labelled, rightName)];
    const [a, b] = [indexOf(sources, left.source), indexOf(sources, right.source)];
    const values = await valuesOf(sources[a], left);
    const others = await valuesOf(sources[b], right);
    if (values.size === 0) unset.add(leftName);
    if (others.size === 0) unset.add(rightName);
    for (const [value, entities] of values) {
      const matches = others.get(value) ?? [];
      if (entities.length * matches.length > MOST_PAIRS) {
        outside += entities.length * matches.length;
        continue;
      }
      for (const entity of entities)
        for (const match of matches) columns.add(a, entity, b, match, alignment.confidence ?? 1);
    }
  }
  return { outside, ...(unset.size > 0 && { unset: [...unset] }) };
}
