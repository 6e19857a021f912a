import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { first } from './rows.js';

/** What the graph tells of the model that readers use. */
export interface PublishedFigures {
  readonly id: string;
  readonly dataDigest?: string;
  /** Flat names such as `valid.mrr`; shares in [0, 1]. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The model that readers of a source are pointed at; undefined where nothing is published. */
export async function readPublishedModel(
  graph: Graph,
  source: string,
): Promise<PublishedFigures | undefined> {
  const found = await graph.read(async (tx) =>
    first<{ id: string; dataDigest: string | null; metrics: string | null }>(
      await tx.run(cypher('read-published'), { source }),
    ),
  );
  if (!found) return undefined;
  return {
    id: found.id,
    ...(found.dataDigest && { dataDigest: found.dataDigest }),
    metrics: (JSON.parse(found.metrics ?? 'null') as Record<string, number> | null) ?? {},
  };
}
