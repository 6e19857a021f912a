import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { OnEvent, ReadCounts } from '../events.js';
import { anchorsOf } from '../kg/anchors.js';
import { linkClasses } from '../kg/classes.js';
import { compareKeys } from '../kg/keys.js';
import { type NamedLink, withLinks } from '../kg/namedLinks.js';
import { dedupeTriples } from '../kg/triples.js';
import type { Alignments, Dataset, SourceGraph } from '../kg/types.js';
import { chosenAlignments, requireSource } from './alignments.js';
import { inOrder } from './batches.js';
import type { Graph } from './connect.js';
import type { LinkSource } from './linkColumns.js';
import { readLinkedTriples } from './linkedTriples.js';
import { type LinkCounts, readLinks } from './links.js';
import { readEntities } from './readEntities.js';
import { type CrossRelationships, type ExcludedInVain, excludedInVain, readTriples } from './readTriples.js';
import type { ValueCounts } from './readValues.js';
import { readSchema, type Schema } from './schema.js';
import type { NamedTriples, ReadTriples } from './tripleColumns.js';
import { linkedValues } from './valueEntities.js';
import { withholdLinks } from './withholdLinks.js';

/** The connection of a source: each may have its own server and database. */
export type GraphFor = (source: string) => Graph;

export interface ReadOptions {
  /** Only these sources; all of the config where absent. */
  readonly sources?: readonly string[];
  /**
   * Reads the target whole and of the other sources only the linked subgraph around it: relationships whose both
   * ends (0) or one end (1) are linked to an entity of the target. The background is never read whole, and weights
   * are relative to the mean of what is read.
   */
  readonly around?: { readonly target: string; readonly hops: 0 | 1; readonly linkThreshold?: number };
  /** Links beside those of the config, such as those that a teacher grew; ends that were not read are left out. */
  readonly links?: readonly NamedLink[];
  readonly onEvent?: OnEvent;
}

export interface ReadReport {
  readonly sources: readonly ReadCounts[];
  readonly links: readonly LinkCounts[];
  /** Links that `heldOut.links` withholds. */
  readonly withheld: number;
  /** Properties whose values are entities. */
  readonly values: readonly ValueCounts[];
  /**
   * Relationships from a source into another one or to nodes of none, which are no alignment: never facts. With
   * `around` those of the target only.
   */
  readonly cross: readonly CrossRelationships[];
  /** Types that a source excludes and its database does not have: as likely as not a slip. */
  readonly excludedInVain: readonly ExcludedInVain[];
  /** Relationships that repeat another one of the same type between the same nodes. */
  readonly duplicates: number;
}

/** What a feed needs of a reading to go on from it, by source. */
export interface ReadState {
  /** Entity → internal id. */
  readonly ids: Readonly<Record<string, Float64Array>>;
  /** Entity → relationships of its node; 0 for a value. */
  readonly degrees: Readonly<Record<string, Float64Array>>;
  /** Relationship type → mean of its weights. */
  readonly means: Readonly<Record<string, ReadTriples['means']>>;
}

/**
 * Reads sources and their alignments from a natural graph that need hold nothing of ours, as integer columns. Needs
 * no write right. The dataset depends on the content alone, not on the server's internal order; `ids` are the
 * server's internal ids of this export, `degrees` the relationships of each node and `means` the mean weight of each
 * type, for a feed that goes on reading.
 * Links that `heldOut.links` withholds are neither in the dataset nor followed; they come as `withheld`.
 *
 * @throws KgmentorError USAGE for names that the schema or the config does not have; NO_DATA for an empty source;
 *   BAD_DATA for missing or repeated keys, bad links, bad weights, and values that are no categories
 * @example
 * const { dataset, report } = await readDataset(() => graph, config);
 */
export async function readDataset(
  graphFor: GraphFor,
  config: Config,
  options: ReadOptions = {},
): Promise<{ dataset: Dataset; report: ReadReport; withheld: Alignments } & ReadState> {
  const { around } = options;
  const asked = options.sources ?? Object.keys(config.sources);
  const names = [...new Set(around ? [...asked, around.target] : asked)];
  for (const name of names) requireSource(config, name);
  if (names.length === 0)
    throw new KgmentorError('USAGE', 'No source is named, so there is nothing to read.', {
      next: 'Name at least one under "sources" of the configuration.',
    });
  const alignments = chosenAlignments(config, names);
  const sources = await readSources(graphFor, config, names);
  const linking = readLinked(sources, alignments, config, options);
  linking.catch(() => undefined); // told where it is awaited
  const alignmentTypes = config.alignments.flatMap((one) =>
    'relationship' in one ? [one.relationship] : [],
  );

  const target = sources.findIndex(({ name }) => name === around?.target);
  // A whole reading does not wait for the links.
  const anchors = around && linkedAnchors(sources, (await linking).linked, around);
  const tasks = sources.map(
    (source, i) => async (): Promise<ReadTriples & { cross?: CrossRelationships[] }> => {
      const input = {
        name: source.name,
        source: config.sources[source.name],
        entities: source.read,
        alignmentTypes,
      };
      const { values } = source.read;
      if (around && anchors && i !== target) {
        const found = await readLinkedTriples(source.graph, source.schema, input, anchors[i], around.hops);
        return { ...found, triples: [...found.triples, ...linkedValues(values, anchors[i], around.hops)] };
      }
      const owner = (id: number) =>
        sources.find((other) => other !== source && other.graph === source.graph && other.read.at.has(id))
          ?.name ?? null;
      const found = await readTriples(source.graph, source.schema, input, owner);
      return { ...found, triples: [...found.triples, ...values] };
    },
  );
  const read: ReadTriples[] = [];
  const cross: CrossRelationships[] = [];
  try {
    for await (const found of inOrder(tasks)) {
      read.push(found);
      cross.push(...(found.cross ?? []));
    }
  } finally {
    await Promise.allSettled([linking]);
  }
  const { counts, linked, withheld } = await linking;
  const numbered = number(
    sources,
    read.map(({ triples }) => triples),
  );
  const report: ReadReport = {
    sources: numbered.sources.map(({ name, entities, triples }) => ({
      source: name,
      entities: entities.keys.length,
      triples: triples.head.length,
      relations: new Set(triples.relation).size,
    })),
    links: counts,
    withheld: withheld.left.length,
    values: sources.flatMap(({ read }) => read.valueCounts),
    cross,
    excludedInVain: sources.flatMap(({ name, schema }) => excludedInVain(schema, name, config.sources[name])),
    duplicates: numbered.duplicates,
  };
  for (const counts of report.sources) options.onEvent?.({ type: 'read', ...counts });
  return {
    dataset: { sources: numbered.sources, relations: numbered.relations, alignments: linked },
    report,
    withheld,
    ids: Object.fromEntries(sources.map(({ name, read }) => [name, read.ids])),
    degrees: Object.fromEntries(sources.map(({ name, read }) => [name, read.degrees])),
    means: Object.fromEntries(sources.map(({ name }, i) => [name, read[i].means])),
  };
}

/** The links between the sources, without the withheld ones and with those that are given. */
async function readLinked(
  sources: readonly LinkSource[],
  alignments: Config['alignments'],
  { heldOut }: Config,
  { links = [] }: ReadOptions,
) {
  const read = await readLinks(sources, alignments);
  const named = sources.map(({ name, read: { entities } }) => ({ name, entities }));
  const { withheld, rest } = withholdLinks({ sources: named, alignments: read.alignments }, heldOut);
  const { alignments: linked } = withLinks({ sources: named, alignments: rest }, links);
  return { counts: read.counts, withheld, linked };
}

/** [sources][entities] 1 where the entity is linked to one of the target. */
export function linkedAnchors(
  sources: readonly Pick<LinkSource, 'name' | 'read'>[],
  links: Alignments,
  { target, linkThreshold }: NonNullable<ReadOptions['around']>,
): Uint8Array[] {
  const sizes = sources.map(({ read }) => read.ids.length);
  const { classOf, count } = linkClasses(sizes, links, { threshold: linkThreshold });
  return anchorsOf(
    classOf,
    count,
    sources.findIndex(({ name }) => name === target),
  );
}

/** The nodes of the sources, two sources at a time. */
async function readSources(
  graphFor: GraphFor,
  config: Config,
  names: readonly string[],
): Promise<LinkSource[]> {
  const schemas = new Map<Graph, Promise<Schema>>();
  const tasks = names.map((name) => async (): Promise<LinkSource> => {
    const graph = graphFor(name);
    const schema = schemas.get(graph) ?? readSchema(graph);
    schemas.set(graph, schema);
    const read = await readEntities(graph, await schema, name, config.sources[name]);
    return { name, graph, schema: await schema, read };
  });
  const sources: LinkSource[] = [];
  for await (const source of inOrder(tasks)) sources.push(source);
  return sources;
}

function number(
  sources: readonly LinkSource[],
  named: readonly NamedTriples[][],
): { sources: SourceGraph[]; relations: string[]; duplicates: number } {
  const used = named.flat().filter(({ head }) => head.length > 0);
  const relations = [...new Set(used.map(({ relation }) => relation))].sort(compareKeys);
  const idOf = new Map(relations.map((relation, id) => [relation, id]));
  let duplicates = 0;
  const numbered = sources.map(({ name, read }, s) => {
    const total = named[s].reduce((sum, { head }) => sum + head.length, 0);
    const head = new Int32Array(total);
    const relation = new Int32Array(total);
    const tail = new Int32Array(total);
    const weight = named[s].some((part) => part.weight) ? new Float32Array(total).fill(1) : undefined;
    let n = 0;
    for (const part of named[s]) {
      if (part.head.length === 0) continue;
      head.set(part.head, n);
      tail.set(part.tail, n);
      if (weight && part.weight) weight.set(part.weight, n);
      relation.fill(idOf.get(part.relation) as number, n, n + part.head.length);
      n += part.head.length;
    }
    const all = { head, relation, tail, ...(weight && { weight }) };
    const triples = dedupeTriples(all, read.ids.length, relations.length);
    duplicates += total - triples.head.length;
    return { name, entities: read.entities, triples };
  });
  return { sources: numbered, relations, duplicates };
}
