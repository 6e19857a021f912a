import pLimit from 'p-limit';
import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { BatchSource, FeedLayout, NeighbourBatch } from '../kg/batchSource.js';
import { shuffled } from '../kg/random.js';
import { relativeWeights } from '../kg/weights.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import type { GraphFor, ReadState } from './dataset.js';
import { relationName, type TypeFilter, typeFilter } from './readTriples.js';
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
 * const feed = await neighbourFeed(graphs.of, config, layout, { ids, means });
 * await feed.pull(0, 0); // the first step's neighbourhoods
 */
export async function neighbourFeed(
  graphFor: GraphFor,
  config: Pick<Config, 'sources' | 'alignments'>,
  layout: FeedLayout,
  { ids, means, ahead = 4 }: FeedOptions,
): Promise<BatchSource> {
  refuseValues(
    config,
    layout.sources.map(({ name }) => name),
  );
  const { rows, anchors, seed } = layout;
  const alignmentTypes = config.alignments.flatMap((one) =>
    'relationship' in one ? [one.relationship] : [],
  );
  const pulls = await Promise.all(
    layout.sources.map(async (source) => {
      const graph = graphFor(source.name);
      const settings = config.sources[source.name];
      const filter = typeFilter(settings, alignmentTypes, await readSchema(graph));
      const place = { graph, nameOf: relationName(settings), filter };
      return puller({ ...place, ids: ids[source.name], means: means[source.name] }, source, layout);
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
    async pull(epoch, step) {
      const wanted = begin(epoch, step);
      for (let next = step + 1; next <= step + ahead && next < steps; next++) begin(epoch, next);
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

interface Part {
  readonly head: number[];
  readonly relation: number[];
  readonly tail: number[];
  readonly weight: number[];
}

interface Place {
  readonly graph: Graph;
  readonly nameOf: (type: string) => string;
  readonly filter: TypeFilter;
  readonly ids: Float64Array;
  readonly means: Readonly<Record<string, number>>;
}

/** What pulls one source's neighbourhoods of some rows. */
function puller(
  { graph, nameOf, filter, ids, means }: Place,
  { rowOf, weight, heldOut }: FeedLayout['sources'][number],
  { rows: total, entities, relations }: FeedLayout,
): (rows: Int32Array) => Promise<Part> {
  const relationOf = new Map(relations.map((name, id) => [name, id]));
  const rowAt = new Map<number, number>();
  const members: bigint[][] = Array.from({ length: total }, () => []);
  for (const [entity, row] of rowOf.entries()) {
    if (row < 0) continue;
    rowAt.set(ids[entity], row);
    members[row].push(BigInt(ids[entity]));
  }
  return async (rows) => {
    const out: Part = { head: [], relation: [], tail: [], weight: [] };
    const asked = Array.from(rows).flatMap((row) => members[row]);
    if (asked.length === 0) return out;
    const { records } = await graph.read(async (tx) =>
      tx.run(cypher('read-neighbours'), { ...filter, ids: asked }),
    );
    const [record] = records;
    const types = record.get('types') as string[];
    const outward = record.get('outward') as boolean[];
    const anchors = record.get('anchors') as number[][];
    const others = record.get('others') as number[][];
    const weights = record.get('weights') as (number | null)[][];
    for (const [i, type] of types.entries()) {
      const relation = relationOf.get(nameOf(type));
      if (relation === undefined) continue;
      const given = Float64Array.from(weights[i], (value) => value ?? Number.NaN);
      const relative = relativeWeights(given, Object.hasOwn(means, type) ? means[type] : 1);
      for (const [j, id] of anchors[i].entries()) {
        const anchor = rowAt.get(id);
        const other = rowAt.get(others[i][j]);
        if (anchor === undefined || other === undefined) continue;
        if (anchor >= entities && other >= entities) continue; // hop 1 goes no further
        const [head, tail] = outward[i] ? [anchor, other] : [other, anchor];
        if (heldOut?.has(head, relation, tail)) continue;
        out.head.push(head);
        out.relation.push(relation);
        out.tail.push(tail);
        out.weight.push(weight * (relative[j] ?? 1));
      }
    }
    return out;
  };
}

function joined(anchors: Int32Array, parts: readonly Part[]): NeighbourBatch {
  const all = (name: keyof Part) => parts.flatMap((part) => part[name]);
  const column = (name: keyof Part) => Int32Array.from(all(name));
  return {
    anchors,
    triples: { head: column('head'), relation: column('relation'), tail: column('tail') },
    weight: Float32Array.from(all('weight')),
  };
}
