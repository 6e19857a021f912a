import { join } from 'node:path';
import { studentSchema, teacherSchema } from '../../../src/config.js';
import { rankingQueries } from '../../../src/evaluate/filters.js';
import { gaussians, seededRandom } from '../../../src/kg/random.js';
import { pickTriples } from '../../../src/kg/triples.js';
import type { Triples } from '../../../src/kg/types.js';
import { writeTensors } from '../../../src/model/safetensors.js';
import { files, type Job } from '../../../src/train/job.js';
import { trainingQueries } from '../../../src/train/queries.js';
import { folder } from '../_graph.js';

export const RELATIONS = 20;

/** Facts drawn evenly. */
function facts(rows: number, count: number): Triples {
  const random = seededRandom(1);
  const pick = (bound: number) => Int32Array.from({ length: count }, () => Math.floor(random() * bound));
  return { head: pick(rows), relation: pick(RELATIONS), tail: pick(rows) };
}

/** One epoch of a teacher over `rows` entities, with 1,000 queries of a validation. */
export function largeTeacher(rows: number, triples: number, settings: object): Job {
  const all = facts(rows, triples);
  const valid = pickTriples(
    all,
    Int32Array.from({ length: Math.min(500, triples) }, (_, i) => i),
  );
  return {
    kind: 'teacher',
    settings: teacherSchema.parse({ epochs: 1, ...settings }),
    rows,
    entities: rows,
    relations: RELATIONS,
    queries: trainingQueries([{ triples: all, weight: 1 }], rows, RELATIONS),
    valid: rankingQueries(valid, [all], { relations: RELATIONS, directions: 'both' }),
    evaluations: {},
  };
}

/** A folder with a model of random vectors. */
export function randomTeacher(rows: number, dim: number): string {
  const made = folder();
  const table = (n: number, stream: number) => ({
    shape: [n, dim],
    data: gaussians(n * dim, 0.5, seededRandom(2, stream)),
  });
  writeTensors(
    join(made, files.model),
    { entity: table(rows, 1), relation: table(2 * RELATIONS, 2) },
    { encoder: 'complex', geometry: 'dot', dim: String(dim) },
  );
  return made;
}

/** One epoch of a student of which that teacher knows half. */
export function largeStudent(rows: number, triples: number, teacherDim: number, settings: object): Job {
  const job = largeTeacher(rows, triples, {});
  return {
    ...job,
    kind: 'student',
    settings: studentSchema.parse({ epochs: 1, ...settings }),
    teacher: {
      folder: randomTeacher(2 * rows, teacherDim),
      row: Int32Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 2 * i : -1)),
      relation: Int32Array.from({ length: 2 * RELATIONS }, (_, i) => i),
    },
  };
}
