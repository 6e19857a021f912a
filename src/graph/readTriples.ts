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

/** Finds the source that a node outside of another one is of. */
export interface Owners {
  /** The source's name; null where the node is of none that is read, undefined where that is not known yet. */
  of(id: number): string | null | undefined;
  /** Resolves once all are known. */
  readonly known: Promise<unknown>;
}

/**
 * All relationships between the nodes of a source, and those that leave it, counted by type and owner.
 *
 * @param signal ends the reading between two windows with its reason
 * @throws KgmentorError USAGE for unknown types or properties; BAD_DATA for values that cannot be weights
 */
export async function readTriples(
  graph: Graph,
  schema: Schema,
  input: TriplesInput,
  owners: Owners,
  signal?: AbortSignal,
): Promise<ReadTriples & { cross: CrossRelationships[] }> {
  const { name, source, entities, alignmentTypes } = input;
  checkTypes(schema, source);
  const filter = typeFilter(source, alignmentTypes, schema);
  const leaving = new Leaving(owners);
  const wrong: BadWeight[] = [];
  const columns = new TripleColumns({
    at: entities.at,
    entities: entities.ids.length,
    nameOf: relationName(source),
    onOutside: (type, id) => leaving.add(type, id),
    onBadWeight: (bad) => wrong.push(bad),
  });
  const nodes = readWindows(...nodesOf(entities));
  for await (const window of readRelationships(graph, nodes, filter, 'out')) {
    signal?.throwIfAborted();
    columns.add(window);
    if (leaving.waiting > MOST_WAITING) await leaving.settle();
  }
  refuseWeights(name, filter.weights, wrong);
  await leaving.settle();
  return { ...columns.done(), cross: crossOf(name, leaving.counts) };
}

/** Relationships that may wait until their owners are known: 8 bytes each. */
const MOST_WAITING = 2_000_000;

/** Counts relationships that leave a source. */
class Leaving {
  readonly counts = new Map<string, Map<string | null, number>>();
  waiting = 0;
  readonly #waiting = new Map<string, Growing<Float64Array>>();
  readonly #owners: Owners;

  constructor(owners: Owners) {
    this.#owners = owners;
  }

  add(type: string, id: number): void {
    const owner = this.#owners.of(id);
    if (owner !== undefined) {
      this.#count(type, owner);
      return;
    }
    const ids = this.#waiting.get(type) ?? new Growing(Float64Array);
    ids.push(id);
    this.#waiting.set(type, ids);
    this.waiting++;
  }

  /** Counts those that wait, once all owners are known. */
  async settle(): Promise<void> {
    if (this.waiting === 0) return;
    await this.#owners.known;
    for (const [type, ids] of this.#waiting)
      for (const id of ids.done()) this.#count(type, this.#owners.of(id) ?? null);
    this.#waiting.clear();
    this.waiting = 0;
  }

  #count(type: string, owner: string | null): void {
    const byOwner = this.counts.get(type) ?? new Map<string | null, number>();
    this.counts.set(type, byOwner.set(owner, (byOwner.get(owner) ?? 0) + 1));
  }
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

/** By type, then by the other source's name. */
function crossOf(
  from: string,
  counts: ReadonlyMap<string, ReadonlyMap<string | null, number>>,
): CrossRelationships[] {
  const found = [...counts].flatMap(([type, byOwner]) =>
    Array.from(byOwner, ([to, count]) => ({ from, to, type, count })),
  );
  const text = ({ type, to }: CrossRelationships) => JSON.stringify([type, to]);
  return found.sort((a, b) => (text(a) < text(b) ? -1 : 1));
}
