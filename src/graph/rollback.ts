import { KgmentorError } from '../errors.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { acquireLease, type LeaseOptions } from './lease.js';
import { leaseOf } from './publish.js';
import { rows } from './rows.js';
import { readIndexes, readPublications } from './slots.js';

export interface RollbackResult {
  readonly source: string;
  /** What readers of each label are pointed at now, or would be. */
  readonly labels: readonly { label: string; model: string }[];
}

/**
 * Points the readers of a source at the model before the last publication. Called again it goes forth again; the
 * next publication takes the slot that is then idle.
 *
 * @throws KgmentorError NO_DATA where there is nothing to go back to.
 * @example
 * await rollback(graph, { source: 'movies' });
 */
export async function rollback(
  graph: Graph,
  { source, dryRun, ...lease }: { source: string; dryRun?: boolean } & LeaseOptions,
): Promise<RollbackResult> {
  const own = (await readPublications(graph)).filter((p) => p.source === source);
  const nothing = (found: string) =>
    new KgmentorError('NO_DATA', `${source} cannot go back: ${found}.`, {
      next: 'Publish the model that you want; the way back exists once another one is published over it.',
    });
  if (own.length === 0) throw nothing('nothing is published');
  if (own.some((p) => p.previousModel === null))
    throw nothing('the slot before was emptied or never written');
  if (own.some((p) => p.previousModel === p.model))
    throw nothing(`both slots hold ${own[0].model}, which was published again`);
  if (dryRun) return { source, labels: own.map((p) => ({ label: p.label, model: p.previousModel! })) };
  const held = await acquireLease(graph, leaseOf(source), lease);
  try {
    const indexes = (await readIndexes(graph)).filter((i) => i.state === 'ONLINE').map((i) => i.name);
    const from = (await readPublications(graph)).filter((p) => p.source === source).map((p) => p.index);
    const labels = await held.write(async (tx) =>
      rows<{ label: string; model: string }>(
        await tx.run(cypher('write-switch-back'), { source, indexes, from }),
      ),
    );
    if (labels.length === 0) throw nothing('an index of the publication before is gone');
    return { source, labels };
  } finally {
    await held.release().catch(() => undefined);
  }
}
