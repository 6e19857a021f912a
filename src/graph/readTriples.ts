import type { SourceConfig } from '../config.js';
import { Growing } from '../kg/growing.js';
import { nearest } from '../kg/nearest.js';
import type { Graph } from './connect.js';
import type { ReadEntities } from './readEntities.js';
import { readRelationships, type TypeFilter } from './readRelationships.js';
import { readWindows } from './readWindows.js';
import { requireName, type Schema } from './schema.js';
import { type ReadTriples, TripleColumns } from './tripleColumns.js';
import { type BadWeight, refuseWeights, weightProperties } from './weights.js';

/** Relationships that leave a source: into another source or to nodes of none that is read; `to` is null there. */
export interface CrossRelationships {
  readonly from: string;
  readonly to: string | null;
  readonly type: string;
  readonly count: number;
}

/** A source's types apart from alignments and what kgmentor itself writes. */
export function typeFilter(
  source: SourceConfig,
  alignmentTypes: readonly string[],
  schema: Schema,
): TypeFilter {
  const own = schema.types.filter((type) => type.startsWith('KG_'));
  return {
    exclude: [...new Set([...(source.relations?.exclude ?? []), ...alignmentTypes, ...own])],
    include: source.relations?.include ?? null,
    weights: weightProperties(schema, source),
  };
}

/** Checks that the types a source's config names exist. */
export function checkTypes(schema: Schema, source: SourceConfig): void {
  const { include = [], map = {} } = source.relations ?? {};
  for (const type of [...include, ...Object.keys(map)]) requireName(schema, 'relationship type', type);
}

/** A type that a source excludes and its database does not have. */
export interface ExcludedInVain {
  readonly source: string;
  readonly type: string;
  /** Types that are called nearly so. */
  readonly near: readonly string[];
}

/** The types that a source's config excludes for nothing: no error, as the last relationship of a type may be gone. */
export function excludedInVain(
  { types }: Schema,
  name: string,
  { relations }: SourceConfig,
): ExcludedInVain[] {
  return (relations?.exclude ?? [])
    .filter((type) => !types.includes(type))
    .map((type) => ({ source: name, type, near: nearest(type, types) }));
}

/** The shared name of a source's type. */
export function relationName(source: SourceConfig): (type: string) => string {
  const names = new Map(Object.entries(source.relations?.map ?? {}));
  return (type) => names.get(type) ?? type;
}

/** A source as its relationships are read. */
export interface TriplesInput {
  readonly name: string;
  readonly source: SourceConfig;
  readonly entities: ReadEntities;
  readonly alignmentTypes: readonly string[];
}

/** A source's facts, and its relationships that leave it: type → internal ids of the nodes outside. */
export interface WholeTriples extends ReadTriples {
  readonly outside: ReadonlyMap<string, Float64Array>;
}

/**
 * All relationships between the nodes of a source, and those that leave it.
 *
 * @throws KgmentorError USAGE for unknown types or properties; BAD_DATA for values that cannot be weights
 */
export async function readTriples(graph: Graph, schema: Schema, input: TriplesInput): Promise<WholeTriples> {
  const { name, source, entities, alignmentTypes } = input;
  checkTypes(schema, source);
  const filter = typeFilter(source, alignmentTypes, schema);
  const outside = new Map<string, Growing<Float64Array>>();
  const wrong: BadWeight[] = [];
  const columns = new TripleColumns({
    at: entities.at,
    nameOf: relationName(source),
    onOutside(type, id) {
      const ids = outside.get(type) ?? new Growing(Float64Array);
      ids.push(id);
      outside.set(type, ids);
    },
    onBadWeight: (bad) => wrong.push(bad),
  });
  const nodes = readWindows(...nodesOf(entities));
  for await (const window of readRelationships(graph, nodes, filter, 'out')) columns.add(window);
  refuseWeights(name, filter.weights, wrong);
  return { ...columns.done(), outside: new Map(Array.from(outside, ([type, ids]) => [type, ids.done()])) };
}

/** Internal ids and degrees of the entities that are nodes, or of the chosen ones. */
export function nodesOf(
  { ids, degrees }: Pick<ReadEntities, 'ids' | 'degrees'>,
  isChosen?: (entity: number) => boolean,
): [ids: Float64Array, degrees: Float64Array] {
  if (!isChosen && !ids.includes(-1)) return [ids, degrees];
  const chosen = (_: number, entity: number) => ids[entity] >= 0 && (isChosen?.(entity) ?? true);
  return [ids.filter(chosen), degrees.filter(chosen)];
}

/**
 * Relationships that leave a source, counted by type and then by the other source's name.
 *
 * @param ownerOf the source that a node outside is of; null where it is of none that is read
 */
export function crossOf(
  from: string,
  outside: ReadonlyMap<string, Float64Array>,
  ownerOf: (id: number) => string | null,
): CrossRelationships[] {
  const found = [...outside].flatMap(([type, ids]) => {
    const counts = new Map<string | null, number>();
    for (const id of ids) {
      const owner = ownerOf(id);
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    return Array.from(counts, ([to, count]) => ({ from, to, type, count }));
  });
  const text = ({ type, to }: CrossRelationships) => JSON.stringify([type, to]);
  return found.sort((a, b) => (text(a) < text(b) ? -1 : 1));
}
