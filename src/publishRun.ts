import type { Config } from './config.js';
import type { OnEvent } from './events.js';
import type { PublishOptions } from './graph/publish.js';
import type { PublishInput } from './graph/publishInput.js';
import type { RunRecord as GraphRunRecord } from './graph/runs.js';
import { type RunRecord, readRecord } from './train/folder.js';
import { readNodeVectors } from './train/nodeVectors.js';

/** A student's run folder as `publish` takes it: vectors of nodes, and relations between nodes. */
export function publishInputOf(
  folder: string,
  config: Pick<Config, 'sources'>,
  target: string,
): PublishInput {
  const record = readRecord(folder);
  const vectors = readNodeVectors(folder);
  const source = config.sources[target];
  const { folder: _, ...teacher } = record.teacher ?? { folder };
  return {
    source: { name: target, nodes: source.nodes },
    model: {
      id: record.id,
      kind: 'student',
      encoder: vectors.encoder,
      dim: vectors.dim,
      geometry: vectors.geometry,
      config: record.settings,
      dataDigest: record.dataDigest,
      metrics: figures(record),
    },
    entities: { keys: vectors.keys },
    vectors: vectors.entity,
    relations: {
      names: vectors.relations,
      dim: vectors.relationDim,
      types: vectors.relations.map((name) => typesOf(name, source.relations?.map ?? {})),
      vectors: vectors.relation,
      inverseVectors: vectors.inverse,
    },
    ...('id' in teacher && { distilledFrom: { kind: 'teacher' as const, ...teacher } }),
  };
}

/** The relationship types of a source that are read as a relation: those renamed to it, and its own name unless renamed. */
function typesOf(relation: string, map: Readonly<Record<string, string>>): string[] {
  const renamed = Object.keys(map).filter((type) => map[type] === relation);
  return Object.hasOwn(map, relation) ? renamed : [...renamed, relation];
}

/** What the graph remembers of a student's run. */
export function graphRecord(folder: string, target: string): GraphRunRecord {
  const record = readRecord(folder);
  const { id, status, createdAt, result, dataDigest } = record;
  return {
    id,
    command: 'retrain',
    source: target,
    model: id,
    status: status === 'done' ? 'done' : status === 'interrupted' ? 'interrupted' : 'failed',
    startedAt: createdAt,
    seconds: Number(result?.trainSeconds ?? 0) + Number(result?.prepareSeconds ?? 0),
    metrics: figures(record),
    dataDigest,
  };
}

/** Test figures by filter, and those on validation facts, as flat numbers. */
function figures({ metrics = {}, result }: RunRecord): Record<string, number> {
  const reports = Object.entries(metrics).flatMap(([filter, report]) => {
    const { all } = report as { all?: { mrr: number; hits10: number } };
    return all
      ? [
          [`${filter}.mrr`, all.mrr],
          [`${filter}.hits10`, all.hits10],
        ]
      : [];
  });
  const best = result?.best;
  return { ...(typeof best === 'number' && { 'valid.mrr': best }), ...Object.fromEntries(reports) };
}

/** Tells how far a publication is and how fast, from now on. */
export function progressTo(onEvent: OnEvent): NonNullable<PublishOptions['onProgress']> {
  const start = performance.now();
  return ({ stage, done, total }) =>
    onEvent({
      ...{ type: 'progress', name: stage, done, total },
      rowsPerSecond: (1000 * done) / Math.max(performance.now() - start, 1),
    });
}
