import { parseEntityKey } from '../kg/keys.js';
import { isValueLabel, valueLabel } from '../kg/values.js';
import type { LinkColumns, LinkSource } from './linkColumns.js';

/**
 * Links between equal values to which the same relation leads in two sources: the configuration says by the relation's
 * name that they mean the same. Returns how many by relation.
 */
export function fromValues(sources: readonly LinkSource[], columns: LinkColumns): Map<string, number> {
  const valuesOf = sources.map(({ read: { entities } }) => {
    const isValue = entities.labels.map(isValueLabel);
    const found = new Map<string, number>();
    if (isValue.includes(true))
      for (const [entity, key] of entities.keys.entries())
        if (isValue[entities.label[entity]]) found.set(key, entity);
    return found;
  });
  const counts = new Map<string, number>();
  for (const [a, left] of valuesOf.entries())
    for (let b = a + 1; b < sources.length; b++)
      for (const [key, entity] of left) {
        const match = valuesOf[b].get(key);
        if (match === undefined) continue;
        columns.add(a, entity, b, match, 1);
        const relation = parseEntityKey(key).label.slice(valueLabel('').length);
        counts.set(relation, (counts.get(relation) ?? 0) + 1);
      }
  return counts;
}
