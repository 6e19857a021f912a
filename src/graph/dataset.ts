import pLimit from 'p-limit';
import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { OnEvent, ReadCounts } from '../events.js';
import { anchorsOf } from '../kg/anchors.js';
import { linkClasses } from '../kg/classes.js';
import { type NamedLink, withLinks } from '../kg/namedLinks.js';
import type { Alignments, Dataset } from '../kg/types.js';
import { chosenAlignments, requireSource } from './alignments.js';
import { inOrder } from './batches.js';
import type { Graph } from './connect.js';
import type { LinkSource } from './linkColumns.js';
import { readLinkedTriples } from './linkedTriples.js';
import { type LinkCounts, readLinks } from './links.js';
import { readEntities } from './readEntities.js';
import {
  type CrossRelationships,
  type ExcludedInVain,
  excludedInVain,
  type Owners,
  readTriples,
  type TriplesInput,
} from './readTriples.js';
import type { ValueCounts } from './readValues.js';
import { readSchema, type Schema } from './schema.js';
import { type SourceFacts, shareRelations, sourceFacts } from './sourceFacts.js';
import type { NamedFacts, ReadTriples } from './tripleColumns.js';
import { linkedValues } from './valueEntities.js';
import { withholdLinks } from './withholdLinks.js';

/** Sources whose nodes, and whose relationships, are read at a time: the server works while others are put in order here. */
const SOURCES = 3;

/** The connection of a source: each may have its own server and database. */
export type GraphFor = (source: string) => Graph;

/** What a linked subgraph is read around. */
export interface Around {
  readonly target: string;
  readonly hops: 0 | 1;
  readonly linkThreshold?: number;
}

export interface ReadOptions {
  /** Only these sources; all of the config where absent. */
  readonly sources?: readonly string[];
  /**
   * Reads the target whole and of the other sources only the linked subgraph around it: relationships whose both
   * ends (0) or one end (1) are linked to an entity of the target. The background is never read whole, and weights
   * are relative to the mean of what is read.
   */
  readonly around?: Around;
  /** Reads names that are shown to people, too: nothing is trained on them. */
  readonly names?: boolean;
  /** Links beside those of the config, such as those that a teacher grew; ends that were not read are left out. */
  readonly links?: readonly NamedLink[];
  readonly onEvent?: OnEvent;
}

export interface ReadReport {
  readonly sources: readonly ReadCounts[];
  /** Whether these are all sources of the configuration: an alignment without links is a slip then. */
  readonly allSources: boolean;
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
  const asking: Asking = {
    config,
    names,
    alignments: chosenAlignments(config, names),
    more: options.links ?? [],
    readNodes: nodeReader(graphFor, config, options),
  };
  const { sources, read, cross, links } = await (around ? readAround(asking, around) : readWhole(asking));
  const { counts, linked, withheld } = links;
  const { relations, triples } = shareRelations(read);
  const report: ReadReport = {
    sources: sources.map(({ name, read: { entities } }, i) => ({
      source: name,
      entities: entities.keys.length,
      triples: triples[i].head.length,
      relations: read[i].relations.length,
    })),
    allSources: names.length === Object.keys(config.sources).length,
    links: counts,
    withheld: withheld.left.length,
    values: sources.flatMap(({ read }) => read.valueCounts),
    cross,
    excludedInVain: sources.flatMap(({ name, schema }) => excludedInVain(schema, name, config.sources[name])),
    duplicates: read.reduce((sum, { duplicates }) => sum + duplicates, 0),
  };
  for (const counts of report.sources) options.onEvent?.({ type: 'read', ...counts });
  return {
    dataset: {
      sources: sources.map(({ name, read: { entities } }, i) => ({ name, entities, triples: triples[i] })),
      relations,
      alignments: linked,
    },
    report,
    withheld,
    ids: Object.fromEntries(sources.map(({ name, read }) => [name, read.ids])),
    degrees: Object.fromEntries(sources.map(({ name, read }) => [name, read.degrees])),
    means: Object.fromEntries(sources.map(({ name }, i) => [name, read[i].means])),
  };
}

interface Asking {
  readonly config: Config;
  readonly names: readonly string[];
  /** Those between the named sources. */
  readonly alignments: Config['alignments'];
  /** Links beside theirs. */
  readonly more: readonly NamedLink[];
  readonly readNodes: (name: string) => Promise<LinkSource>;
}

/** What a reading gives before relations are numbered over all sources. */
interface Parts {
  readonly sources: readonly LinkSource[];
  /** Of each source. */
  readonly read: readonly (SourceFacts & Pick<ReadTriples, 'means'>)[];
  readonly cross: readonly CrossRelationships[];
  readonly links: Awaited<ReturnType<typeof readLinked>>;
}

/**
 * Sources whole: nodes of some at a time, relationships of as many, each once its nodes are there, and links once
 * all nodes are. What fails first ends it all, once what has begun is over.
 */
async function readWhole(asking: Asking): Promise<Parts> {
  const { config, names, readNodes } = asking;
  const stop = new AbortController();
  const watched = <T>(work: Promise<T>): Promise<T> => {
    work.catch((error) => stop.abort(error));
    return work;
  };
  const limit = pLimit(SOURCES);
  const known: (LinkSource | undefined)[] = names.map(() => undefined);
  const nodes = names.map((name, i) =>
    watched(
      limit(async () => {
        stop.signal.throwIfAborted();
        const source = await readNodes(name);
        known[i] = source;
        return source;
      }),
    ),
  );
  const all = watched(Promise.all(nodes));
  const linking = watched(all.then((sources) => readLinked(sources, asking)));
  const tasks = nodes.map((one) => async () => {
    const source = await one;
    const owners = { of: ownerOf(known, source), known: all };
    const input = triplesInput(config, source);
    const { cross, ...found } = await readTriples(source.graph, source.schema, input, owners, stop.signal);
    return { ...factsOf(source, found, source.read.values), cross };
  });
  const read: (Parts['read'][number] & Pick<Parts, 'cross'>)[] = [];
  try {
    for await (const found of inOrder(tasks, SOURCES)) read.push(found);
    return { sources: await all, read, cross: read.flatMap(({ cross }) => cross), links: await linking };
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    stop.abort();
    await Promise.allSettled([linking, ...nodes]);
  }
}

/** The target whole and of the other sources what is linked to it, for which links and all nodes come first. */
async function readAround(asking: Asking, around: Around): Promise<Parts> {
  const { config, names, readNodes } = asking;
  const sources: LinkSource[] = [];
  for await (const source of inOrder(names.map((name) => () => readNodes(name)))) sources.push(source);
  const links = await readLinked(sources, asking);
  const anchors = linkedAnchors(sources, links.linked, around);
  let cross: readonly CrossRelationships[] = [];
  const tasks = sources.map((source, i) => async () => {
    const { graph, schema } = source;
    const { values } = source.read;
    const input = triplesInput(config, source);
    if (source.name === around.target) {
      const owners = { of: ownerOf(sources, source), known: Promise.resolve() };
      const { cross: leaving, ...whole } = await readTriples(graph, schema, input, owners);
      cross = leaving;
      return factsOf(source, whole, values);
    }
    const found = await readLinkedTriples(graph, schema, input, anchors[i], around.hops);
    return factsOf(source, found, linkedValues(values, anchors[i], around.hops));
  });
  const read: Parts['read'][number][] = [];
  for await (const found of inOrder(tasks)) read.push(found);
  return { sources, read, cross, links };
}

const factsOf = ({ read }: LinkSource, found: ReadTriples, values: NamedFacts): Parts['read'][number] => ({
  ...sourceFacts(found, values, read.ids.length),
  means: found.means,
});

const triplesInput = (config: Config, { name, read }: LinkSource): TriplesInput => ({
  name,
  source: config.sources[name],
  entities: read,
  alignmentTypes: config.alignments.flatMap((one) => ('relationship' in one ? [one.relationship] : [])),
});

/** Finds the other source of the same database that a node is of, among those whose nodes are there. */
const ownerOf =
  (sources: readonly (LinkSource | undefined)[], { name, graph }: LinkSource): Owners['of'] =>
  (id) => {
    let isKnown = true;
    for (const other of sources) {
      if (!other) isKnown = false;
      else if (other.name !== name && other.graph === graph && other.read.at.has(id)) return other.name;
    }
    return isKnown ? null : undefined;
  };

/** The links between the sources, without the withheld ones and with those that are given. */
async function readLinked(sources: readonly LinkSource[], { config, alignments, more }: Asking) {
  const read = await readLinks(sources, alignments);
  const named = sources.map(({ name, read: { entities } }) => ({ name, entities }));
  const { withheld, rest } = withholdLinks({ sources: named, alignments: read.alignments }, config.heldOut);
  const { alignments: linked } = withLinks({ sources: named, alignments: rest }, more);
  return { counts: read.counts, withheld, linked };
}

/** [sources][entities] 1 where the entity is linked to one of the target. */
export function linkedAnchors(
  sources: readonly Pick<LinkSource, 'name' | 'read'>[],
  links: Alignments,
  { target, linkThreshold }: Around,
): Uint8Array[] {
  const sizes = sources.map(({ read }) => read.ids.length);
  const { classOf, count } = linkClasses(sizes, links, { threshold: linkThreshold });
  return anchorsOf(
    classOf,
    count,
    sources.findIndex(({ name }) => name === target),
  );
}

/** Reads the nodes of a source; the schema of each database once. */
function nodeReader(
  graphFor: GraphFor,
  config: Config,
  { names }: ReadOptions,
): (name: string) => Promise<LinkSource> {
  const schemas = new Map<Graph, Promise<Schema>>();
  return async (name) => {
    const graph = graphFor(name);
    const schema = schemas.get(graph) ?? readSchema(graph);
    schemas.set(graph, schema);
    try {
      const read = await readEntities(graph, schema, name, config.sources[name], { names });
      return { name, graph, schema: await schema, read };
    } finally {
      await schema.catch(() => undefined); // over, too, where reading failed first
    }
  };
}
