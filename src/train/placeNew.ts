import { join } from 'node:path';
import { shuffled } from '../kg/random.js';
import { ridge } from '../kg/ridge.js';
import { readTensors, type StoredTensor } from '../model/safetensors.js';
import { files, type TeacherLink, type TrainingQueries } from './job.js';
import type { Place } from './warmStart.js';

/** Rows that the map is fitted on at most: it has as many equations as rows, and the teacher's numbers as unknowns. */
const FITTED = 3000;
/** Weight of the ridge: rows are many, and a teacher's numbers hang together. */
const LAMBDA = 0.01;

/**
 * Places the rows that an earlier student lacks: where the teacher knows them, by the linear map from the teacher's
 * vectors to the student's that fits the rows both know; else at the mean of the rows that answer the same queries, such as
 * the other films of a director. Rows of which neither is known stay as they are.
 */
export const placeNew =
  (queries: TrainingQueries, teacher: TeacherLink | undefined, seed: number): Place =>
  (table, earlier) => {
    const fresh = [...earlier.keys()].filter((row) => earlier[row] < 0);
    const mapped = teacher ? placeByTeacher(table, earlier, fresh, teacher, seed) : [];
    const done = new Set(mapped);
    return [
      ...mapped,
      ...placeByAnswers(table, earlier, new Set(fresh.filter((row) => !done.has(row))), queries),
    ];
  };

function placeByTeacher(
  { shape: [, to], data }: StoredTensor,
  earlier: Int32Array,
  fresh: readonly number[],
  { folder, row }: TeacherLink,
  seed: number,
): number[] {
  const mapped = fresh.filter((one) => row[one] >= 0);
  const both = [...earlier.keys()].filter((one) => earlier[one] >= 0 && row[one] >= 0);
  if (mapped.length === 0 || both.length === 0) return [];
  const teacher = readTensors(join(folder, files.model)).tensors.entity;
  const [, from] = teacher.shape;
  const taught = (one: number) => teacher.data.subarray(row[one] * from, (row[one] + 1) * from);
  const chosen = Array.from(shuffled(both.length, seed, 503).subarray(0, FITTED), (k) => both[k]);
  const x = new Float32Array(chosen.length * from);
  const y = new Float32Array(chosen.length * to);
  for (const [k, one] of chosen.entries()) {
    x.set(taught(one), k * from);
    y.set(data.subarray(one * to, (one + 1) * to), k * to);
  }
  const map = ridge(x, y, { from, to, lambda: LAMBDA });
  for (const one of mapped) {
    const vector = taught(one);
    for (let j = 0; j < to; j++) {
      let sum = 0;
      for (let i = 0; i < from; i++) sum += vector[i] * map[i * to + j];
      data[one * to + j] = sum;
    }
  }
  return mapped;
}

function placeByAnswers(
  { shape: [, width], data }: StoredTensor,
  earlier: Int32Array,
  fresh: ReadonlySet<number>,
  { entity, offset, answer }: TrainingQueries,
): number[] {
  const sums = new Map<number, { sum: Float64Array; count: number }>();
  for (let i = 0; i < entity.length && fresh.size > 0; i++) {
    const all = answer.subarray(offset[i], offset[i + 1]);
    const placed = all.filter((row) => fresh.has(row));
    const known = placed.length > 0 ? all.filter((row) => earlier[row] >= 0) : placed;
    for (const row of placed) {
      const mean = sums.get(row) ?? { sum: new Float64Array(width), count: 0 };
      sums.set(row, mean);
      mean.count += known.length;
      for (const other of known) for (let j = 0; j < width; j++) mean.sum[j] += data[other * width + j];
    }
  }
  const placed = [...sums].filter(([, { count }]) => count > 0);
  for (const [row, { sum, count }] of placed)
    for (let j = 0; j < width; j++) data[row * width + j] = sum[j] / count;
  return placed.map(([row]) => row);
}
