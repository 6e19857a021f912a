import type { Config, SourceConfig } from '../config.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import type { GraphFor } from './dataset.js';
import { typeFilter } from './readTriples.js';
import { rows } from './rows.js';
import { checkedName, readSchema, type Schema } from './schema.js';

/** Relationships that begin and that end at nodes of some labels; one between two of them is counted on both sides. */
export interface Ends {
  readonly outgoing: number;
  readonly incoming: number;
}

/** What the count stores say of the sources, as JSON. */
export interface Counts {
  /** By source: nodes with its labels, and relationships of the types that are read as facts. */
  readonly sources: Readonly<Record<string, Ends & { readonly nodes: number }>>;
  /** By type: relationships that link sources. */
  readonly links: Readonly<Record<string, Ends>>;
}

/**
 * Counts the sources' nodes and relationships without looking at one of them. A node with two labels is counted twice,
 * and relationships that leave a source count on one side: the figures tell that something changed, not what is there.
 *
 * @throws KgmentorError USAGE for names that the schema does not have
 */
export async function readCounts(graphFor: GraphFor, config: Config): Promise<Counts> {
  const types = config.alignments.flatMap((one) => ('relationship' in one ? [one.relationship] : []));
  const schemas = new Map<Graph, Promise<Schema>>();
  const sources: Record<string, Ends & { nodes: number }> = {};
  const links = Object.fromEntries(types.map((type) => [type, { outgoing: 0, incoming: 0 }]));
  for (const [name, source] of Object.entries(config.sources)) {
    const graph = graphFor(name);
    const reading = schemas.get(graph) ?? readSchema(graph);
    schemas.set(graph, reading);
    const schema = await reading;
    sources[name] = await countSource(graph, schema, source, types);
    for (const type of types)
      links[type] = plus(links[type], await countType(graph, schema, labelsOf(source), type), 1);
  }
  return { sources, links };
}

const labelsOf = ({ nodes }: SourceConfig): string[] => nodes.map(({ label }) => label);

const plus = (a: Ends, b: Ends, sign: 1 | -1): Ends => ({
  outgoing: a.outgoing + sign * b.outgoing,
  incoming: a.incoming + sign * b.incoming,
});

async function countSource(
  graph: Graph,
  schema: Schema,
  source: SourceConfig,
  alignmentTypes: readonly string[],
): Promise<Ends & { nodes: number }> {
  const { include, exclude } = typeFilter(source, alignmentTypes, schema);
  const labels = labelsOf(source);
  let nodes = 0;
  let ends: Ends = { outgoing: 0, incoming: 0 };
  for (const label of labels) {
    const names = { LABEL: checkedName(schema, 'label', label) };
    const row = await countRow<Ends & { nodes: number }>(graph, 'count-label', names);
    nodes += row.nodes;
    if (!include) ends = plus(ends, row, 1);
  }
  // All but the excluded ones, or those that are included: both lists are as short as the configuration.
  const isRead = (type: string) => !exclude.includes(type);
  const own = (type: string) => type.startsWith('KG_'); // no node of a source has these
  for (const type of include ? include.filter(isRead) : exclude.filter((one) => !own(one)))
    ends = plus(ends, await countType(graph, schema, labels, type), include ? 1 : -1);
  return { nodes, ...ends };
}

async function countType(
  graph: Graph,
  schema: Schema,
  labels: readonly string[],
  type: string,
): Promise<Ends> {
  let ends: Ends = { outgoing: 0, incoming: 0 };
  if (!schema.types.includes(type)) return ends;
  for (const label of labels) {
    const names = {
      LABEL: checkedName(schema, 'label', label),
      TYPE: checkedName(schema, 'relationship type', type),
    };
    ends = plus(ends, await countRow<Ends>(graph, 'count-type', names), 1);
  }
  return ends;
}

async function countRow<T extends object>(
  graph: Graph,
  query: string,
  names: Readonly<Record<string, string>>,
): Promise<T> {
  const text = withNames(cypher(query), names);
  const [row] = await graph.read(async (tx) => rows<Record<string, number>>(await tx.run(text)));
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])) as T;
}
