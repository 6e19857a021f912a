import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { studentSchema } from '../../src/config.js';
import type { RankingQueries } from '../../src/evaluate/types.js';
import { readTensors, writeTensors } from '../../src/model/safetensors.js';
import { files, type Job, writeJob } from '../../src/train/job.js';
import { runTraining } from '../../src/train/process.js';
import { trainingQueries } from '../../src/train/queries.js';
import type { StudentInput } from '../dbp5l/settings.js';

/** Vectors that were made elsewhere, and how a query meets them. */
export interface Vectors {
  readonly scoring: Pick<StudentInput, 'encoder' | 'geometry'>;
  readonly dim: number;
  /** [entities, dim] */
  readonly entity: Float32Array;
  /** [2R, dim], reciprocals after all relations. */
  readonly relation: Float32Array;
}

/** Filtered ranks by the product's own evaluation, of each set of queries. */
export async function rankVectors<Name extends string>(
  { scoring, dim, entity, relation }: Vectors,
  evaluations: Readonly<Record<Name, RankingQueries>>,
  threads: number,
): Promise<Record<Name, Float32Array>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  const rows = entity.length / dim;
  const relations = relation.length / dim / 2;
  const job: Job = {
    kind: 'student',
    settings: studentSchema.parse({ ...scoring, dim }),
    ...{ rows, entities: rows, relations, evaluations },
    queries: trainingQueries([], rows, relations),
  };
  try {
    writeJob(folder, job);
    writeTensors(path.join(folder, files.model), {
      entity: { shape: [rows, dim], data: entity },
      relation: { shape: [2 * relations, dim], data: relation },
    });
    await runTraining(folder, { threads, ask: { mode: 'rank', by: folder } });
    const { tensors } = readTensors(path.join(folder, files.ranks));
    const names = Object.keys(evaluations) as Name[];
    const ranks = names.map((name) => [name, tensors[name].data as Float32Array]);
    return Object.fromEntries(ranks) as Record<Name, Float32Array>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
