import { setTimeout as sleep } from 'node:timers/promises';
import type { KgmentorError } from '../errors.js';
import type { OnEvent } from '../events.js';
import { refuseStopped } from './batches.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { type Lease, type LeaseOptions, withLease } from './lease.js';
import { requireSchema } from './migrate.js';
import { notePublished, refusePublished } from './publishedRuns.js';
import { checkPublishInput, type PublishInput } from './publishInput.js';
import { type Plan, prepare } from './publishPlan.js';
import {
  createIndexes,
  emptySlot,
  type LabelCount,
  verifyLabel,
  writeModel,
  writeVectors,
} from './publishSteps.js';
import { keyProperties } from './readEntities.js';
import { rows } from './rows.js';
import { indexName, type Slot } from './slots.js';

export type { PublishedModel, PublishInput } from './publishInput.js';
export type { LabelCount } from './publishSteps.js';

export interface PublishOptions extends LeaseOptions {
  /** Finds the nodes and says what would be done; writes nothing. */
  readonly dryRun?: boolean;
  /** Refuses a model that was published before with this option, by whichever process; noted in the switch itself. */
  readonly once?: boolean;
  /** Seconds that the old slot is left alone after a switch, for readers in the middle of it; 10 where absent. */
  readonly graceSeconds?: number;
  /** Aborting ends the publication before readers are switched: they stay with what they have. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { stage: 'vectors' | 'index'; done: number; total: number }) => void;
  /** Told of each label that readers are switched to, and of a wait for readers. */
  readonly onEvent?: OnEvent;
}

export interface PublishResult {
  readonly source: string;
  readonly model: string;
  /** The slot that readers are pointed at now, or would be. */
  readonly slot: Slot;
  readonly labels: readonly LabelCount[];
  /** Entities of the model that the graph no longer has, with the first three. */
  readonly missing: number;
  readonly missingExamples: readonly string[];
  /** Nodes of the source that the model does not know: they have no vector until the next training. */
  readonly withoutVector: number;
  /** Models removed because no reader is or was just pointed at them. */
  readonly removedModels: readonly string[];
  readonly seconds: { readonly vectors: number; readonly index: number; readonly total: number };
}

/**
 * Writes a model's vectors to the nodes of a source and points readers at them, in one step for the readers: they
 * have the old vectors whole until they have the new ones whole. The way back is `rollback`.
 *
 * @throws KgmentorError BAD_DATA for vectors or keys that cannot serve, GATE where another publisher is at work or
 *   `once` refuses, SCHEMA where migrations wait, USAGE where labels or model ids clash, INTERRUPTED after an abort.
 * @example
 * await publish(graph, {
 *   source: { name: 'movies', nodes: config.sources.movies.nodes },
 *   model: { id: run.id, kind: 'student', encoder: 'complex', dim: 128, geometry: 'unit' },
 *   entities, vectors, relations,
 * });
 */
export async function publish(
  graph: Graph,
  input: PublishInput,
  options: PublishOptions = {},
): Promise<PublishResult> {
  const start = performance.now();
  checkPublishInput(input);
  if (options.dryRun) {
    const plan = await prepare(graph, input);
    return {
      ...told(input, plan),
      labels: planned(plan),
      removedModels: [],
      seconds: seconds(start, start, start),
    };
  }
  await requireSchema(graph);
  return withLease(graph, leaseOf(input.source.name), options, async (lease) => {
    try {
      return await publishHeld(graph, lease, input, options, start);
    } catch (error) {
      // Once the lease is lost, what fails does so by another one's work: that is what is told then.
      if (!['GATE', 'INTERRUPTED', 'UNREACHABLE'].includes((error as KgmentorError).code))
        await lease.renew();
      throw error;
    }
  });
}

/** Name of the lease that a source's publishers share. */
export function leaseOf(source: string): string {
  return `publish:${source}`;
}

async function publishHeld(
  graph: Graph,
  lease: Lease,
  input: PublishInput,
  options: PublishOptions,
  start: number,
): Promise<PublishResult> {
  const source = input.source.name;
  const { model } = input;
  if (options.once) await refusePublished(graph, model.id);
  const plan = await prepare(graph, input);
  const { slot, own, join } = plan;
  const { signal } = options;
  const youngest = Math.min(...own.map((p) => p.age));
  await grace((options.graceSeconds ?? 10) - youngest, source, options);
  const labelNames = input.source.nodes.map((node) => node.label);
  await lease.write(async (tx) => {
    await tx.run(cypher('write-lease-labels'), { name: lease.name, labels: labelNames });
    await tx.run(cypher('write-switch-forget'), { source });
  });
  await emptySlot(graph, lease, { labels: join.labels, slot, live: own.map((p) => p.index), signal });

  const beforeVectors = performance.now();
  const total = join.labels.reduce((sum, label) => sum + label.ids.length, 0);
  let done = 0;
  const onBatch = (count: number) => {
    done += count;
    options.onProgress?.({ stage: 'vectors', done, total });
  };
  const written: number[] = [];
  for (const label of join.labels)
    written.push(await writeVectors(lease, input, { label, slot, onBatch, signal }));

  const beforeIndexes = performance.now();
  const indexes = join.labels.map(({ node: { label } }) => ({
    label,
    name: indexName(slot, source, label, lease.token),
  }));
  await createIndexes(graph, lease, {
    indexes,
    slot,
    dim: model.dim,
    geometry: model.geometry,
    signal,
    onPercent: (done) => options.onProgress?.({ stage: 'index', done, total: 100 }),
  });
  const labels: LabelCount[] = [];
  for (const [i, label] of join.labels.entries())
    labels.push(
      await verifyLabel(graph, input, { label, slot, index: indexes[i].name, written: written[i] }),
    );

  refuseStopped(signal);
  await writeModel(
    lease,
    input,
    written.reduce((a, b) => a + b, 0),
  );
  const publications = labels.map(({ label, index, indexed }, i) => {
    const node = input.source.nodes[i];
    return {
      label,
      index,
      count: BigInt(indexed),
      keyProperties: keyProperties(node),
      nameProperty: node.name ?? null,
    };
  });
  await lease.write(async (tx) => {
    if (options.once) await notePublished(tx, lease, model, source);
    await tx.run(cypher('write-switch'), { source, model: model.id, slot, rows: publications });
    await tx.run(cypher('write-switch-drop'), { source, labels: labelNames });
  });
  for (const { label, written: nodes, index } of labels)
    options.onEvent?.({ type: 'published', source, label, model: model.id, nodes, index });
  const removedModels = await removeModels(lease, source);
  return {
    ...told(input, plan),
    labels,
    removedModels,
    seconds: seconds(start, beforeVectors, beforeIndexes),
  };
}

async function grace(
  seconds: number,
  source: string,
  { signal, onEvent }: Pick<PublishOptions, 'signal' | 'onEvent'>,
): Promise<void> {
  if (seconds > 0) {
    onEvent?.({ type: 'waiting', source, seconds });
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
  refuseStopped(signal);
}

/** Models of the source that no pointer names, then teachers without students. */
export async function removeModels(lease: Lease, source: string): Promise<string[]> {
  return lease.write(async (tx) => {
    const removed: string[] = [];
    for (const of of [source, null]) {
      const [row] = rows<{ removed: string[] }>(await tx.run(cypher('write-models-remove'), { source: of }));
      removed.push(...(row?.removed ?? []));
    }
    return removed;
  });
}

function told(input: PublishInput, { slot, join }: Plan) {
  return {
    source: input.source.name,
    model: input.model.id,
    slot,
    missing: join.missing.length,
    missingExamples: join.missing.slice(0, 3),
    withoutVector: join.labels.reduce((sum, label) => sum + label.unknown, 0),
  };
}

function planned({ join }: Plan): LabelCount[] {
  return join.labels.map(({ node, ids }) => ({
    label: node.label,
    index: '',
    nodes: ids.length,
    written: 0,
    counted: 0,
    indexed: 0,
    verified: 'all',
  }));
}

function seconds(start: number, beforeVectors: number, beforeIndexes: number) {
  const now = performance.now();
  return {
    vectors: (beforeIndexes - beforeVectors) / 1000,
    index: (now - beforeIndexes) / 1000,
    total: (now - start) / 1000,
  };
}
