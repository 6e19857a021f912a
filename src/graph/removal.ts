import { KgmentorError } from '../errors.js';
import { inBatches } from './batches.js';
import type { Graph } from './connect.js';
import { cypher, packageFolder } from './cypher.js';
import { acquireLease, FENCED, type Lease, type LeaseOptions } from './lease.js';
import { readMigrations } from './migrationFiles.js';
import { leaseOf } from './publish.js';
import { readIds, rows, runOne } from './rows.js';
import { readIndexes, readPublications } from './slots.js';

export interface RemovalOptions extends LeaseOptions {
  /** Only what belongs to this source; all of ours where absent, constraints and migration history too. */
  readonly source?: string;
  readonly dryRun?: boolean;
}

export interface RemovalResult {
  readonly sources: readonly string[];
  /** Vector indexes by name. */
  readonly indexes: readonly string[];
  /** Nodes that held a vector. */
  readonly nodes: number;
}

/**
 * Removes what kgmentor wrote: pointers, indexes, vectors and own nodes, and nothing else. Imported data stays,
 * and so does the uniqueness constraint of an import, for they are the user's own.
 *
 * @throws KgmentorError GATE where a publisher is at work, NO_DATA where the source has nothing of ours.
 * @example
 * await removeEverything(graph, { source: 'movies' });
 */
export async function removeEverything(graph: Graph, options: RemovalOptions = {}): Promise<RemovalResult> {
  const scope = await scopeOf(graph, options.source);
  const ids = await readIds(graph, 'write-remove-find', {
    labels: options.source === undefined ? null : scope.labels,
  });
  const told = { sources: scope.sources, indexes: scope.indexes, nodes: ids.length };
  if (options.dryRun) return told;
  const leases: Lease[] = [];
  try {
    for (const source of scope.sources) {
      const lease = await acquireLease(graph, leaseOf(source), options);
      lease.keep();
      leases.push(lease);
      // Readers first: from here on they find nothing published, instead of an index that is gone.
      await lease.write((tx) => tx.run(cypher('write-remove-pointers'), { source }));
    }
    for (const name of scope.indexes) await runOne(graph, 'write-index-drop', { name }, FENCED);
    await inBatches(ids.length, 5000, async (from, to) => {
      await fenced(graph, leases, 'write-remove-vectors', { ids: ids.slice(from, to) });
    });
    await fenced(graph, leases, 'write-remove-own', { source: options.source ?? null });
    await runOne(graph, 'write-remove-unused-models');
    if (options.source === undefined) await removeSchema(graph);
  } finally {
    for (const lease of leases) await lease.release().catch(() => undefined);
  }
  return told;
}

/** Runs one query while all leases are held. The fences come first, for the query may remove the leases themselves. */
async function fenced(
  graph: Graph,
  leases: readonly Lease[],
  name: string,
  parameters: Record<string, unknown>,
): Promise<void> {
  await graph.write(async (tx) => {
    for (const lease of leases) await lease.fence(tx);
    await tx.run(cypher(name), parameters);
  }, FENCED);
}

async function scopeOf(
  graph: Graph,
  source: string | undefined,
): Promise<{ sources: string[]; labels: string[]; indexes: string[] }> {
  const publications = await readPublications(graph);
  const noted = await graph.read(async (tx) =>
    rows<{ source: string; labels: string[] }>(await tx.run(cypher('write-remove-scope'))),
  );
  const all = [...noted, ...publications.map((p) => ({ source: p.source, labels: [p.label] }))];
  const own = all.filter((s) => source === undefined || s.source === source);
  if (source !== undefined && own.length === 0) {
    const others = [...new Set(all.map((s) => s.source))].sort().join(', ') || 'none';
    throw new KgmentorError(
      'NO_DATA',
      `Nothing of ours belongs to the source ${source}; sources with something: ${others}.`,
      {
        next: 'Check the name of the source.',
      },
    );
  }
  const labels = [...new Set(own.flatMap((s) => s.labels))];
  const indexes = (await readIndexes(graph))
    .filter((index) => source === undefined || labels.includes(index.label))
    .map((index) => index.name);
  return { sources: [...new Set(own.map((s) => s.source))], labels, indexes };
}

async function removeSchema(graph: Graph): Promise<void> {
  const files = await readMigrations(packageFolder('migrations'));
  await runOne(graph, 'write-remove-history', { sources: files.map((file) => file.source) });
  const constraints = await graph.read(async (tx) =>
    rows<{ name: string }>(await tx.run(cypher('write-remove-constraints'))),
  );
  for (const { name } of constraints) await runOne(graph, 'write-constraint-drop', { name });
}
