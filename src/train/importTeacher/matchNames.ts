import { KgmentorError } from '../../errors.js';
import { entityFinder, entityName, type NamedSource, type Place } from '../../kg/entityNames.js';

/** Names that mean nothing here. */
export interface Unknown {
  readonly count: number;
  /** Three at most. */
  readonly examples: readonly string[];
}

const MOST_EXAMPLES = 3;

export const unknownOf = (names: readonly string[]): Unknown => ({
  count: names.length,
  examples: names.slice(0, MOST_EXAMPLES),
});

const quoted = (names: readonly string[]): string =>
  names
    .slice(0, MOST_EXAMPLES)
    .map((name) => JSON.stringify(name))
    .join(', ');

/**
 * Finds the entity that each row is for.
 *
 * @param only the one source that names may mean; all where absent
 * @returns the rows that are known with their entities, and the names of the others
 * @throws KgmentorError BAD_DATA where no name is known, one may mean several entities, or two mean the same one
 */
export function matchNames(
  names: readonly string[],
  sources: readonly NamedSource[],
  only?: string,
): { known: readonly { row: number; place: Place }[]; unknown: Unknown } {
  const find = entityFinder(sources, only);
  const known: { row: number; place: Place }[] = [];
  const unknown: string[] = [];
  const several: string[] = [];
  const rowOf = new Map<string, number>();
  for (const [row, name] of names.entries()) {
    const places = find(name);
    if (places.length === 0) unknown.push(name);
    if (places.length > 1) several.push(name);
    if (places.length !== 1) continue;
    const [place] = places;
    const at = `${place.source}:${place.entity}`;
    const other = rowOf.get(at);
    if (other !== undefined)
      throw new KgmentorError(
        'BAD_DATA',
        `The rows ${quoted([names[other], name])} are for one entity, ${entityName(sources[place.source], place.entity)}.`,
        { next: 'An entity has one vector: remove one of the rows.' },
      );
    rowOf.set(at, row);
    known.push({ row, place });
  }
  if (several.length > 0)
    throw new KgmentorError(
      'BAD_DATA',
      `${several.length} names of the teacher's entities may mean several ones here, such as ${quoted(several)}.`,
      {
        next: 'Name the source that they are of with --source, or write them as source:key or source:Label:key.',
      },
    );
  if (known.length === 0) {
    const here = sources
      .filter(({ name }) => only === undefined || name === only)
      .flatMap((source) => source.entities.keys.slice(0, 2).map((_, i) => entityName(source, i)));
    throw new KgmentorError(
      'BAD_DATA',
      `None of the teacher's ${names.length} entities is of the sources here: it has ${quoted(names)}, the sources have ${quoted(here)}.`,
      {
        next: 'Write its names as key, Label:key, source:key or source:Label:key, with the keys of the configuration.',
      },
    );
  }
  return { known, unknown: unknownOf(unknown) };
}
