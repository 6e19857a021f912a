import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { rows, runOne } from './rows.js';

/** What the graph remembers of a run; the run folder has the whole of it. */
export interface RunRecord {
  readonly id: string;
  readonly command: string;
  readonly source?: string;
  readonly model?: string;
  readonly status: 'done' | 'failed' | 'interrupted';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly metrics?: Readonly<Record<string, number>>;
  /** Digest of the data that the run saw. */
  readonly dataDigest?: string;
  /** Of an unattended run: what the quality gate made of it. */
  readonly outcome?: 'published' | 'refused';
}

/**
 * Writes a run's record to the graph; again with the same id it is replaced.
 *
 * @example
 * await recordRun(graph, { id: 'r1', command: 'retrain', status: 'done', startedAt: '2026-01-01T00:00:00Z', seconds: 12 });
 */
export async function recordRun(graph: Graph, run: RunRecord): Promise<void> {
  const { id, metrics, ...rest } = run;
  await runOne(graph, 'write-run', {
    id,
    properties: { outcome: null, ...rest, metrics: metrics ? JSON.stringify(metrics) : null },
  });
}

/** The recorded runs, newest first, of one source or of all. */
export async function listRuns(
  graph: Graph,
  options: { source?: string } = {},
): Promise<(RunRecord & { recordedAt: string })[]> {
  const found = await graph.read(async (tx) =>
    rows<{ run: RunRecord & { metrics?: string }; recordedAt: string }>(
      await tx.run(cypher('write-runs'), { source: options.source ?? null }),
    ),
  );
  return found.map(({ run, recordedAt }) => ({
    ...run,
    metrics: run.metrics ? JSON.parse(run.metrics) : undefined,
    recordedAt,
  }));
}
