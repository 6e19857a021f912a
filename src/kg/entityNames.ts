import { keyText, parseEntityKey, plainKeyText } from './keys.js';
import type { Entities } from './types.js';

/** A source as far as names go. */
export interface NamedSource {
  readonly name: string;
  readonly entities: Entities;
}

/** Where an entity stands. */
export interface Place {
  /** Counts into the sources that were given. */
  readonly source: number;
  readonly entity: number;
}

/**
 * A name without white space and control characters, which are written as in addresses (`%20`): some engines split
 * lines at any white space.
 *
 * @example
 * spaceless('The Matrix'); // 'The%20Matrix'
 */
export const spaceless = (text: string): string => text.replace(/[\s\p{Cc}]/gu, (c) => encodeURIComponent(c));

/**
 * What an entity is called in files for other engines: `source:key`, or `source:Label:key` where the source has
 * several labels, without white space.
 *
 * @example
 * entityName(films, 3); // 'films:f3'
 */
export function entityName({ name, entities }: NamedSource, entity: number): string {
  const { label, values } = parseEntityKey(entities.keys[entity]);
  const parts = entities.labels.length > 1 ? [name, label] : [name];
  return spaceless([...parts, keyText(values)].join(':'));
}

/**
 * Finds entities by what other programs call them: `key`, `Label:key`, `source:key` or `source:Label:key`, as they are
 * or without white space. A name that can be read in several ways has several places.
 *
 * @param only the one source that names may mean; all where absent
 * @example
 * const find = entityFinder(dataset.sources);
 * find('films:f3'); // [{ source: 0, entity: 3 }]
 */
export function entityFinder(sources: readonly NamedSource[], only?: string): (name: string) => Place[] {
  const parts = sources.flatMap(({ name, entities }, source) => {
    if (only !== undefined && name !== only) return [];
    const at = entities.labels.map(() => new Map<string, number>());
    for (const [entity, key] of entities.keys.entries()) {
      const text = keyText(parseEntityKey(key).values);
      at[entities.label[entity]].set(text, entity);
      at[entities.label[entity]].set(spaceless(text), entity);
    }
    return entities.labels.map((label, i) => {
      const prefixes = ['', `${label}:`, `${name}:`, `${name}:${label}:`];
      return { source, at: at[i], prefixes: new Set([...prefixes, ...prefixes.map(spaceless)]) };
    });
  });
  return (name) => {
    const found: Place[] = [];
    for (const { source, at, prefixes } of parts)
      for (const prefix of prefixes) {
        if (!name.startsWith(prefix)) continue;
        const rest = name.slice(prefix.length);
        const entity = at.get(rest) ?? (rest.startsWith('[') ? at.get(plainKeyText(rest)) : undefined);
        if (entity !== undefined && !found.some((one) => one.source === source && one.entity === entity))
          found.push({ source, entity });
      }
    return found;
  };
}
