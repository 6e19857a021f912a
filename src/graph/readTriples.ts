import type { SourceConfig } from '../config.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import type { ReadEntities } from './readEntities.js';
import { checkedName, requireName, type Schema } from './schema.js';
import { type ReadTriples, readColumns, TripleColumns } from './tripleColumns.js';
import { type BadWeight, refuseWeights, type WeightProperties, weightProperties } from './weights.js';

/** Relationships that leave a source: into another source or to nodes of none that is read; `to` is null there. */
export interface CrossRelationships {
  readonly from: string;
  readonly to: string | null;
  readonly type: string;
  readonly count: number;
}

/** Which relationship types of a source are facts, and what weighs them: parameters of the reading queries. */
export interface TypeFilter {
  readonly exclude: readonly string[];
  readonly include: readonly string[] | null;
  readonly weights: WeightProperties;
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

/**
 * All relationships between the nodes of a source, read in windows of 5,000 heads, and those that leave it, counted
 * by type.
 *
 * @throws KgmentorError USAGE for unknown types or properties; BAD_DATA for values that cannot be weights
 */
export async function readTriples(
  graph: Graph,
  schema: Schema,
  input: TriplesInput,
  ownerOf: (id: number) => string | null,
): Promise<ReadTriples & { cross: CrossRelationships[] }> {
  const { name, source, entities, alignmentTypes } = input;
  checkTypes(schema, source);
  const filter = typeFilter(source, alignmentTypes, schema);
  const columns = new TripleColumns();
  const labels = source.nodes.map((node) => node.label);
  for (const [i, label] of labels.entries()) {
    const text = withNames(cypher('read-triples'), { LABEL: checkedName(schema, 'label', label) });
    const parameters = { ...filter, earlier: labels.slice(0, i) };
    const windows = await graph.read(async (tx) => readColumns(tx, text, parameters), { fetchSize: 10 });
    for (const window of windows) columns.add(window);
  }
  const counts = new Map<string, number>();
  const wrong: BadWeight[] = [];
  const read = columns.resolve({
    at: entities.at,
    nameOf: relationName(source),
    onOutside(type, id) {
      const key = JSON.stringify([type, ownerOf(id)]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    onBadWeight: (bad) => wrong.push(bad),
  });
  refuseWeights(name, filter.weights, wrong);
  const cross = [...counts].sort().map(([key, count]) => {
    const [type, to] = JSON.parse(key) as [string, string | null];
    return { from: name, to, type, count };
  });
  return { ...read, cross };
}
