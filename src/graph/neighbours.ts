import pLimit from 'p-limit';
import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { BatchSource, FeedLayout, NeighbourBatch } from '../kg/batchSource.js';
import { shuffled } from '../kg/random.js';
import { concatColumns } from '../kg/triples.js';
import type { GraphFor, ReadState } from './dataset.js';
import { type Part, puller } from './neighbourPull.js';
import { relationName, typeFilter } from './readTriples.js';
import { valueRelations } from './readValues.js';
import { readSchema } from './schema.js';

/** The state of the reading that made the layout's dataset. */
export interface FeedOptions extends ReadState {
  /** Steps pulled ahead; 4 where absent. */
  readonly ahead?: number;
}

/** Two sessions keep a small server busy. */
const SESSIONS = 2;

/**
 * The second feed of training: neighbourhood batches pulled by Cypher while training goes on, some steps ahead. Slower
 * than columns in memory; no training columns are kept. The graph must not change meanwhile.
 * A pull that fails throws a KgmentorError, UNREACHABLE where the server is away or the connection closed.
 *
 * @throws KgmentorError USAGE where a source has values of properties as entities
 * @example
 * const feed = await neighbourFeed(graphs.of, config, layout, read); // read: of readDataset
 * await feed.pull(0, 0); // the first step's neighbourhoods
 */
export async function neighbourFeed(
  graphFor: GraphFor,
  config: Pick<Config, 'sources' | 'alignments'>,
  layout: FeedLayout,
  { ahead = 4, ...state }: FeedOptions,
): Promise<BatchSource> {
  refuseValues(
    config,
    layout.sources.map(({ name }) => name),
  );
  const { rows, anchors, seed, epochs } = layout;
  const alignmentTypes = config.alignments.flatMap((one) =>
    'relationship' in one ? [one.relationship] : [],
  );
  const pulls = await Promise.all(
    layout.sources.map(async (source) => {
      const graph = graphFor(source.name);
      const settings = config.sources[source.name];
      const filter = typeFilter(settings, alignmentTypes, await readSchema(graph));
      const place = { graph, nameOf: relationName(settings), filter };
      const { name } = source;
      const read = { ids: state.ids[name], degrees: state.degrees[name], means: state.means[name] };
      return puller({ ...place, ...read }, source, layout);
    }),
  );
  const steps = Math.max(1, Math.ceil(rows / anchors));
  const limit = pLimit(SESSIONS);
  const pending = new Map<string, Promise<NeighbourBatch>>();
  let shuffle: { epoch: number; order: Int32Array } | undefined;
  const anchorsOf = (epoch: number, step: number): Int32Array => {
    if (shuffle?.epoch !== epoch) shuffle = { epoch, order: shuffled(rows, seed, epoch) };
    return shuffle.order.slice(step * anchors, (step + 1) * anchors);
  };
  const begin = (epoch: number, step: number): Promise<NeighbourBatch> => {
    const key = `${epoch}:${step}`;
    const known = pending.get(key);
    if (known) return known;
    const chosen = anchorsOf(epoch, step);
    const pull = Promise.all(pulls.map((one) => limit(() => one(chosen)))).then((parts) =>
      joined(chosen, parts),
    );
    pull.catch(() => undefined); // told to whoever awaits it
    pending.set(key, pull);
    return pull;
  };
  return {
    steps,
    rows,
    relations: layout.relations.length,
    async pull(epoch, step) {
      const wanted = begin(epoch, step);
      const at = epoch * steps + step;
      for (let next = at + 1; next <= at + ahead && next < epochs * steps; next++)
        begin(Math.floor(next / steps), next % steps);
      try {
        return await wanted;
      } catch (cause) {
        throw unread(cause);
      } finally {
        pending.delete(`${epoch}:${step}`);
      }
    },
  };
}

/**
 * A batch is the neighbourhoods of nodes; that of a value would be all nodes which have it.
 *
 * @throws KgmentorError USAGE where one of the sources has values as entities
 */
export function refuseValues(config: Pick<Config, 'sources'>, sources: readonly string[]): void {
  const name = sources.find((source) => valueRelations(config.sources[source] ?? { nodes: [] }).length > 0);
  if (name === undefined) return;
  throw new KgmentorError(
    'USAGE',
    `The source ${name} has values of properties as entities, which "feed": "cypher" cannot serve.`,
    { next: 'Train with "feed": "memory", or take "values" out of the source.' },
  );
}

function unread(cause: unknown): KgmentorError {
  return new KgmentorError(
    cause instanceof KgmentorError ? cause.code : 'UNREACHABLE',
    `A batch could not be read while training: ${cause instanceof Error ? cause.message : String(cause)}`,
    { next: 'When the server answers again, run the same command with --resume to go on.', cause },
  );
}

function joined(anchors: Int32Array, parts: readonly Part[]): NeighbourBatch {
  const column = (name: 'head' | 'relation' | 'tail') =>
    parts.map((part) => part[name]).reduce(concatColumns, new Int32Array(0));
  const weight = new Float32Array(parts.reduce((sum, part) => sum + part.weight.length, 0));
  let n = 0;
  for (const part of parts) {
    weight.set(part.weight, n);
    n += part.weight.length;
  }
  return {
    anchors,
    triples: { head: column('head'), relation: column('relation'), tail: column('tail') },
    weight,
  };
}
