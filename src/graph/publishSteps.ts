import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../errors.js';
import { inBatches, refuseStopped } from './batches.js';
import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { FENCED, type Lease } from './lease.js';
import { newName } from './names.js';
import { digestOf, type PublishInput, relationDim, rowOf } from './publishInput.js';
import type { LabelRows } from './publishKeys.js';
import { rows, runOne } from './rows.js';
import { readIndexes, type Slot } from './slots.js';

/** Up to here an index is counted whole; larger ones are sampled, for a count of a million takes minutes. */
const COUNTED_WHOLE = 100_000;
const SAMPLE = 500;

/** Steps 1 and 2: nothing in the idle slot, neither index nor vector. */
export async function emptySlot(
  graph: Graph,
  lease: Lease,
  {
    labels,
    slot,
    live,
    signal,
  }: { labels: readonly LabelRows[]; slot: Slot; live: readonly string[]; signal?: AbortSignal },
): Promise<void> {
  const ours = new Set(labels.map((l) => l.node.label));
  for (const index of await readIndexes(graph)) {
    if (!ours.has(index.label) || live.includes(index.name)) continue;
    await lease.renew();
    await runOne(graph, 'write-index-drop', { name: index.name }, FENCED);
  }
  const filled = labels.flatMap((l) => l.filled);
  const clear = async (from: number, to: number) => {
    await lease.write((tx) => tx.run(cypher('write-vectors-clear'), { ids: filled.slice(from, to), slot }));
  };
  await inBatches(filled.length, 5000, clear, signal);
}

/** Step 3: the vectors of one label, in fenced batches; how many nodes got theirs. */
export async function writeVectors(
  lease: Lease,
  input: PublishInput,
  {
    label,
    slot,
    onBatch,
    signal,
  }: { label: LabelRows; slot: Slot; onBatch: (rows: number) => void; signal?: AbortSignal },
): Promise<number> {
  const text = withNames(cypher('write-vectors'), { LABEL: newName('label', label.node.label) });
  let written = 0;
  const write = async (from: number, to: number) => {
    const parameters = {
      ids: label.ids.slice(from, to),
      keys: label.keys.slice(from, to),
      vectors: label.rows.slice(from, to).map((row) => rowOf(input.vectors, row, input.model.dim)),
      properties: label.properties,
      slot,
    };
    const [answer] = await lease.write(async (tx) =>
      rows<{ written: number }>(await tx.run(text, parameters)),
    );
    written += Number(answer.written);
    onBatch(to - from);
  };
  await inBatches(label.ids.length, 2000, write, signal);
  return written;
}

/** Step 4: the indexes of all labels, made at once and awaited; other work of the caller goes on between two looks. */
export async function createIndexes(
  graph: Graph,
  lease: Lease,
  options: {
    indexes: readonly { label: string; name: string }[];
    slot: Slot;
    dim: number;
    geometry: string;
    signal?: AbortSignal;
    onPercent: (percent: number) => void;
  },
): Promise<void> {
  const { indexes, slot, onPercent } = options;
  const config = {
    'vector.dimensions': BigInt(options.dim),
    'vector.similarity_function': options.geometry === 'l2' ? 'euclidean' : 'cosine',
  };
  const create = async (label: string, name: string) => {
    const text = withNames(cypher('write-index-create'), { LABEL: newName('label', label), SLOT: slot });
    await lease.renew();
    await graph.write((tx) => tx.run(text, { name, config }), FENCED);
  };
  for (const { label, name } of indexes) await create(label, name);
  for (const { label, name, late } of await inTheWay(graph, indexes, slot)) {
    if (!late) throw foreignIndex(label, slot);
    await lease.renew();
    await runOne(graph, 'write-index-drop', { name: late }, FENCED);
    await create(label, name);
  }
  for (let look = 0; ; look++) {
    refuseStopped(options.signal);
    const known = await readIndexes(graph);
    const found = indexes.map(({ name }) => {
      const index = known.find((one) => one.name === name);
      if (index && index.state !== 'FAILED') return index;
      throw new KgmentorError(
        'UNEXPECTED',
        `The vector index ${name} failed: ${index?.failure || 'it is gone'}.`,
        { next: 'Look into the log of the server, then publish again.' },
      );
    });
    onPercent(found.reduce((sum, { percent }) => sum + percent, 0) / found.length);
    if (found.every(({ state }) => state === 'ONLINE')) return;
    await sleep(Math.min(50 * 2 ** look, 1000)); // small graphs need not wait, large ones not be asked often
    await lease.renew();
  }
}

/** Indexes that could not be made: where `late` stands in the way, a publisher made it after its lease had run out. */
async function inTheWay(
  graph: Graph,
  indexes: readonly { label: string; name: string }[],
  slot: Slot,
): Promise<{ label: string; name: string; late?: string }[]> {
  const known = await readIndexes(graph);
  return indexes
    .filter(({ name }) => !known.some((one) => one.name === name))
    .map((wanted) => ({
      ...wanted,
      late: known.find((one) => one.label === wanted.label && one.property === slot)?.name,
    }));
}

export interface LabelCount {
  readonly label: string;
  readonly index: string;
  /** Nodes of this class that the model knows. */
  readonly nodes: number;
  /** How many of them got a vector, and how many hold one now. */
  readonly written: number;
  readonly counted: number;
  /** Nodes in the index: all with this label, also those that count to an earlier label's class. */
  readonly indexed: number;
  /** `all`: the index was asked for every node. `sample`: 500 nodes were looked up by their own vectors. */
  readonly verified: 'all' | 'sample';
}

/**
 * Written = counted = indexed, or an error. Up to 100,000 nodes the index is asked for all; beyond that the sure
 * ground is that every vector was checked before writing, the store counts them, and the index is online, and a
 * sample of 500 nodes must be found by their own vectors (95 in 100, for the search is approximate).
 */
export async function verifyLabel(
  graph: Graph,
  input: PublishInput,
  { label, slot, index, written }: { label: LabelRows; slot: Slot; index: string; written: number },
): Promise<LabelCount> {
  const text = withNames(cypher('write-vectors-count'), { LABEL: newName('label', label.node.label) });
  const { dim } = input.model;
  const parameters = { slot, dimension: BigInt(dim), earlier: label.earlier };
  const [row] = await graph.read(async (tx) =>
    rows<{ own: number; labelled: number; wrong: number }>(await tx.run(text, parameters)),
  );
  const [counted, labelled, wrong] = [Number(row.own), Number(row.labelled), Number(row.wrong)];
  if (counted !== written || wrong > 0) {
    throw mismatch(
      `${written} vectors were written to ${label.node.label}, ${counted} counted, ${wrong} of another length`,
    );
  }
  const of = { label: label.node.label, index, nodes: label.ids.length, written, counted };
  if (labelled === 0) return { ...of, indexed: 0, verified: 'all' };
  if (labelled <= COUNTED_WHOLE) {
    const vector = rowOf(input.vectors, label.rows[0] ?? 0, dim);
    const answer = await runRead<{ indexed: number }>(graph, 'write-index-count', {
      index,
      k: BigInt(labelled + 1),
      vector,
    });
    const indexed = Number(answer.indexed);
    if (indexed !== labelled)
      throw mismatch(
        `${labelled} ${label.node.label} nodes hold a vector, the index ${index} holds ${indexed}`,
      );
    return { ...of, indexed, verified: 'all' };
  }
  const step = Math.max(1, Math.floor(label.ids.length / SAMPLE));
  const ids = label.ids.filter((_, i) => i % step === 0).slice(0, SAMPLE);
  const answer = await runRead<{ found: number }>(graph, 'write-index-sample', { index, slot, ids });
  if (Number(answer.found) < 0.95 * ids.length) {
    throw mismatch(
      `the index ${index} finds ${Number(answer.found)} of ${ids.length} sampled nodes by their own vectors`,
    );
  }
  return { ...of, indexed: labelled, verified: 'sample' };
}

/** Before step 5: the model and its relations stand in the graph before any reader is pointed at them. */
export async function writeModel(lease: Lease, input: PublishInput, indexed: number): Promise<void> {
  const { id, config, metrics, ...model } = input.model;
  const properties = {
    ...model,
    dim: BigInt(model.dim),
    source: input.source.name,
    config: JSON.stringify(config ?? null),
    metrics: JSON.stringify(metrics ?? null),
    digest: digestOf(input),
    vectors: BigInt(indexed),
  };
  const { id: teacher = null, metrics: teacherMetrics, ...rest } = input.distilledFrom ?? {};
  const teacherProperties =
    teacher === null
      ? {}
      : { ...rest, dim: BigInt(input.distilledFrom!.dim), metrics: JSON.stringify(teacherMetrics ?? null) };
  const { names, types } = input.relations;
  await lease.write(async (tx) => {
    await tx.run(cypher('write-model'), { id, properties, teacher, teacherProperties });
    await tx.run(cypher('write-relations-remove'), { model: id, names });
  });
  await inBatches(names.length, 1000, async (from, to) => {
    const width = relationDim(input);
    const table = (t: Float32Array) => names.slice(from, to).map((_, i) => rowOf(t, from + i, width));
    await lease.write((tx) =>
      tx.run(cypher('write-relations'), {
        model: id,
        names: names.slice(from, to),
        types: names.slice(from, to).map((name, i) => types?.[from + i] ?? [name]),
        vectors: table(input.relations.vectors),
        inverseVectors: table(input.relations.inverseVectors),
      }),
    );
  });
}

function foreignIndex(label: string, slot: Slot): KgmentorError {
  return new KgmentorError('USAGE', `Another index than ours stands on ${label}.${slot}.`, {
    next: 'Drop it (SHOW VECTOR INDEXES names it), for the publication changes its slot and its index; queries find both at the KgPublication node.',
  });
}

async function runRead<T>(graph: Graph, name: string, parameters: Record<string, unknown>): Promise<T> {
  return graph.read(async (tx) => rows<T>(await tx.run(cypher(name), parameters))[0]);
}

function mismatch(found: string): KgmentorError {
  return new KgmentorError(
    'UNEXPECTED',
    `The publication does not add up: ${found}. Readers stay with the old one.`,
    {
      next: 'Publish again when nothing else writes to these nodes.',
    },
  );
}
