import { inBatches } from './batches.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { FENCED, type Lease, type LeaseOptions, withLease } from './lease.js';
import { leaseOf, removeModels } from './publish.js';
import { readIds, rows, runOne } from './rows.js';
import { idleSlot, readIndexes, readPublications, SLOTS, type Slot } from './slots.js';

export interface CleanOptions extends LeaseOptions {
  /** Only this source's; those of all where absent. */
  readonly source?: string;
  readonly dryRun?: boolean;
}

/** What killed publishers had left. */
export interface CleanResult {
  readonly sources: readonly string[];
  /** Vector indexes by name that serve no publication. */
  readonly indexes: readonly string[];
  /** Vectors that neither readers nor a rollback use. */
  readonly vectors: number;
  /** Models that neither readers nor a rollback use; none in a dry run. */
  readonly models: readonly string[];
}

/**
 * Removes what killed publishers left: indexes that serve no publication, vectors of a slot that is nobody's, models that
 * nobody is pointed at, and their leases. What readers use, and the way back to the model before, stays.
 *
 * @throws KgmentorError GATE where a publisher of a source is at work
 * @example
 * await cleanUp(graph, { source: 'movies' });
 */
export async function cleanUp(graph: Graph, options: CleanOptions = {}): Promise<CleanResult> {
  const noted = await graph.read(async (tx) =>
    rows<{ source: string; labels: string[] }>(await tx.run(cypher('write-remove-scope'))),
  );
  const scope = noted.filter(({ source }) => options.source === undefined || source === options.source);
  const found: CleanResult[] = [];
  for (const { source, labels } of scope) {
    if (options.dryRun) {
      found.push(told(source, await leftBy(graph, source, labels), []));
      continue;
    }
    const clean = (lease: Lease) => cleaned(graph, lease, source, labels);
    found.push(await withLease(graph, leaseOf(source), options, clean));
  }
  return together(found);
}

/** What was left in several sources or databases, told as one. */
export const together = (found: readonly CleanResult[]): CleanResult => ({
  sources: found.flatMap(({ sources }) => sources),
  indexes: found.flatMap(({ indexes }) => indexes),
  vectors: found.reduce((sum, { vectors }) => sum + vectors, 0),
  models: found.flatMap(({ models }) => models),
});

interface Leftovers {
  readonly indexes: readonly string[];
  readonly vectors: readonly { readonly slot: Slot; readonly ids: readonly bigint[] }[];
}

async function cleaned(
  graph: Graph,
  lease: Lease,
  source: string,
  labels: readonly string[],
): Promise<CleanResult> {
  const left = await leftBy(graph, source, labels);
  for (const name of left.indexes) {
    await lease.renew();
    await runOne(graph, 'write-index-drop', { name }, FENCED);
  }
  for (const { slot, ids } of left.vectors)
    await inBatches(ids.length, 5000, async (from, to) => {
      await lease.write((tx) => tx.run(cypher('write-vectors-clear'), { ids: ids.slice(from, to), slot }));
    });
  return told(source, left, await removeModels(lease, source));
}

const told = (source: string, { indexes, vectors }: Leftovers, models: readonly string[]): CleanResult => ({
  sources: [source],
  indexes,
  vectors: vectors.reduce((sum, { ids }) => sum + ids.length, 0),
  models,
});

async function leftBy(graph: Graph, source: string, noted: readonly string[]): Promise<Leftovers> {
  const own = (await readPublications(graph)).filter((one) => one.source === source);
  const labels = [...new Set([...noted, ...own.map(({ label }) => label)])];
  const used = new Set(own.flatMap(({ index, previousIndex }) => [index, previousIndex]));
  const indexes = (await readIndexes(graph)).filter(
    ({ name, label }) => labels.includes(label) && !used.has(name),
  );
  // Without a way back the idle slot is nobody's; without a publication both are.
  const isKept = own.some(({ previousModel }) => previousModel !== null);
  const slots = own.length === 0 ? SLOTS : isKept ? [] : [idleSlot(own)];
  const vectors = [];
  for (const slot of slots)
    vectors.push({ slot, ids: await readIds(graph, 'write-clean-find', { labels, slot }) });
  return { indexes: indexes.map(({ name }) => name), vectors };
}
