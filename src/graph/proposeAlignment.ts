import { existsSync } from 'node:fs';
import type { AlignmentConfig, Config, SourceConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { type Described, type MatchedEntities, matchEntities, matchingLabels } from '../kg/entityMatch.js';
import { type KeyValue, parseEntityKey } from '../kg/keys.js';
import type { Dataset } from '../kg/types.js';
import { valueMask } from '../kg/values.js';
import { chosenAlignments, requireSource } from './alignments.js';
import type { Graph } from './connect.js';
import { type GraphFor, readDataset } from './dataset.js';
import { readDescriptions } from './readDescriptions.js';
import { readSchema } from './schema.js';

/** One end of a proposed link. */
export interface ProposedEnd {
  readonly key: readonly KeyValue[];
  readonly name: string | null;
  /** Internal id of this export. */
  readonly id: number;
}

export interface ProposedLink {
  readonly left: ProposedEnd;
  readonly right: ProposedEnd;
  /** In (0, 1]. */
  readonly confidence: number;
}

/** The proposed links of two labels: what one alignment file holds. */
export interface ProposedAlignment {
  readonly labels: readonly [string, string];
  /** Surest first. */
  readonly links: readonly ProposedLink[];
}

export interface ProposeOptions {
  /** Links under this confidence are left out; 0.5 where absent. */
  readonly least?: number;
  /** Only entities of these two labels; where absent, of labels among which most matches lie. */
  readonly labels?: readonly [string, string];
  /** Told of each alignment between the sources that is not there yet. */
  readonly onAbsent?: (alignment: AlignmentConfig) => void;
}

/** The configuration without alignments that are not there yet: they may be what is to come of the proposals. */
async function withPresentAlignments(
  config: Config,
  sources: readonly string[],
  graphs: ReadonlySet<Graph>,
  onAbsent: ProposeOptions['onAbsent'],
): Promise<Config> {
  const schemas = await Promise.all([...graphs].map(readSchema));
  const isThere = (one: Config['alignments'][number]) =>
    'relationship' in one
      ? schemas.some(({ types }) => types.includes(one.relationship))
      : !('file' in one) || existsSync(one.file);
  for (const one of chosenAlignments(config, sources)) if (!isThere(one)) onAbsent?.(one);
  return { ...config, alignments: config.alignments.filter(isThere) };
}

/**
 * Proposes links between two sources that nothing need link yet, from names, property values and the names of
 * neighbours; entities that the configuration's alignments link already are left out, and alignments that are not there
 * yet are passed over. Only reads.
 *
 * @throws KgmentorError USAGE for an unknown source or label; as `readDataset`
 * @example
 * const [{ labels, links }] = await proposeAlignment(graphs.of, config, ['movies', 'imdb']);
 */
export async function proposeAlignment(
  graphFor: GraphFor,
  config: Config,
  [left, right]: readonly [string, string],
  options: ProposeOptions = {},
): Promise<ProposedAlignment[]> {
  for (const name of [left, right]) requireSource(config, name);
  if (left === right)
    throw new KgmentorError('USAGE', `The source ${left} cannot be aligned with itself.`, {
      next: 'Name two sources.',
    });
  const sources = [left, right];
  const graphs = new Set(sources.map(graphFor));
  const present = await withPresentAlignments(config, sources, graphs, options.onAbsent);
  const { dataset, ids } = await readDataset(graphFor, present, { sources, names: true });
  // Values of properties are linked where they are equal, and need no counterpart.
  const isLinked = dataset.sources.map(
    ({ entities }) => valueMask(entities) ?? new Uint8Array(entities.keys.length),
  );
  const { alignments } = dataset;
  for (let i = 0; i < alignments.left.length; i++) {
    isLinked[alignments.leftSource[i]][alignments.left[i]] = 1;
    isLinked[alignments.rightSource[i]][alignments.right[i]] = 1;
  }
  const sides = await Promise.all(
    dataset.sources.map(async (source, s) => {
      const graph = graphFor(source.name);
      const labels = config.sources[source.name].nodes.map(({ label }) => label);
      const values = await readDescriptions(graph, await readSchema(graph), labels, ids[source.name]);
      return describe(source, config.sources[source.name], values, isLinked[s]);
    }),
  );
  const least = options.least ?? 0.5;
  const labelIds = options.labels?.map((label, s) => labelOf(dataset.sources[s], label));
  const [mine, theirs] = sides;
  const matched = labelIds
    ? matchEntities(mine, theirs, { least, labels: (a, b) => a === labelIds[0] && b === labelIds[1] })
    : matchEntities(mine, theirs, {
        least,
        labels: matchingLabels(mine, theirs, matchEntities(mine, theirs, { least: 0.5 })),
      });
  return byLabels(dataset, matched, ids);
}

function labelOf({ name, entities }: Dataset['sources'][number], label: string): number {
  const id = entities.labels.indexOf(label);
  if (id >= 0) return id;
  throw new KgmentorError('USAGE', `The source ${name} has no label ${JSON.stringify(label)}.`, {
    next: `It has ${entities.labels.join(', ')}.`,
  });
}

function describe(
  { entities, triples }: Dataset['sources'][number],
  { nodes }: SourceConfig,
  values: readonly ReadonlyMap<string, readonly string[]>[],
  linked: Uint8Array,
): Described {
  const around = entities.keys.map(() => new Set<number>());
  for (const [i, head] of triples.head.entries()) {
    around[head].add(triples.tail[i]);
    around[triples.tail[i]].add(head);
  }
  return {
    names: entities.keys.map((key, e) =>
      nodes[entities.label[e]]?.name === undefined ? keyText(key) : (entities.names?.[e] ?? null),
    ),
    values,
    neighbours: around.map((others) => [...others]),
    label: entities.label,
    linked,
  };
}

/** What stands for a name where the configuration has none: a key that is text. */
function keyText(key: string): string | null {
  const text = parseEntityKey(key).values.find((value) => typeof value === 'string');
  return typeof text === 'string' ? text : null;
}

/** The matched pairs of each two labels, labels in the order of the configuration. */
function byLabels(
  { sources }: Dataset,
  matched: MatchedEntities,
  ids: Readonly<Record<string, Float64Array>>,
): ProposedAlignment[] {
  const endOf = (s: number, entity: number): ProposedEnd => ({
    key: parseEntityKey(sources[s].entities.keys[entity]).values,
    name: sources[s].entities.names?.[entity] ?? null,
    id: ids[sources[s].name][entity],
  });
  const found = new Map<string, ProposedLink[]>();
  const [mine, theirs] = sources.map(({ entities }) => entities);
  for (const [i, a] of matched.left.entries()) {
    const b = matched.right[i];
    const code = [mine.label[a], theirs.label[b]].join();
    const link = { left: endOf(0, a), right: endOf(1, b), confidence: matched.confidence[i] };
    const known = found.get(code);
    if (known) known.push(link);
    else found.set(code, [link]);
  }
  return mine.labels.flatMap((left, a) =>
    theirs.labels.flatMap((right, b) => {
      const links = found.get([a, b].join());
      return links ? [{ labels: [left, right] as const, links }] : [];
    }),
  );
}
