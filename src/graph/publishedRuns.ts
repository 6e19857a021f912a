import type { ManagedTransaction } from 'neo4j-driver';
import { KgmentorError } from '../errors.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import type { Lease } from './lease.js';
import type { PublishInput } from './publishInput.js';
import { first, runOne } from './rows.js';

/**
 * Since when a run counts as published for good, which `publish` with `once` notes; ISO 8601.
 *
 * @example
 * if (await publishedSince(graph, 'films-1f3a')) return;
 */
export async function publishedSince(graph: Graph, id: string): Promise<string | undefined> {
  // As a write, it asks the cluster's leader: another process has written what it is about.
  const row = await runOne<{ published: string }>(graph, 'write-published-since', { id });
  return row?.published;
}

/** @throws KgmentorError GATE where the run was published before */
export async function notePublished(
  tx: ManagedTransaction,
  lease: Lease,
  { id, dataDigest }: Pick<PublishInput['model'], 'id' | 'dataDigest'>,
  source: string,
): Promise<void> {
  const noted = first(
    await tx.run(cypher('write-run-published'), {
      id,
      source,
      dataDigest: dataDigest ?? null,
      token: lease.token,
    }),
  );
  if (!noted) throw publishedBefore(id);
}

/** @throws KgmentorError GATE where the run was published before */
export async function refusePublished(graph: Graph, id: string): Promise<void> {
  if ((await publishedSince(graph, id)) !== undefined) throw publishedBefore(id);
}

const publishedBefore = (id: string) =>
  new KgmentorError('GATE', `The run ${id} was published before: nothing more is written.`, {
    next: 'Publish it with `kgmentor publish --run` if readers are to be pointed at it again.',
  });

/** What no other database answers, though its content be the same. */
export async function databaseId(graph: Graph): Promise<string> {
  const row = await graph.read(async (tx) => first<{ id: string }>(await tx.run(cypher('read-database'))));
  return row?.id ?? '';
}
