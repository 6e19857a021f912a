import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTensors, type StoredTensor } from '../model/safetensors.js';
import { files } from './job.js';

/** How far vectors moved from what they were in an earlier model. */
export interface Drift {
  /** Entities that both models have. */
  readonly entities: number;
  /** Mean cosine of their vectors to their former selves, in [-1, 1]. */
  readonly cosine: number;
  /** The cosine that one in twenty is below. */
  readonly low: number;
}

/**
 * Cosines of the rows of a table to those of an earlier one.
 *
 * @param earlier row → row of the earlier table, or -1
 * @returns undefined where no row has a counterpart
 */
export function driftOf(
  now: StoredTensor,
  before: StoredTensor,
  earlier: ArrayLike<number>,
): Drift | undefined {
  const [, width] = now.shape;
  const cosines: number[] = [];
  for (let row = 0; row < earlier.length; row++) {
    if (earlier[row] < 0) continue;
    let [dot, mine, old] = [0, 0, 0];
    for (let i = 0; i < width; i++) {
      const x = now.data[row * width + i];
      const y = before.data[earlier[row] * width + i];
      dot += x * y;
      mine += x * x;
      old += y * y;
    }
    cosines.push(mine > 0 && old > 0 ? dot / Math.sqrt(mine * old) : Number(mine === old));
  }
  if (cosines.length === 0) return undefined;
  const sorted = Float64Array.from(cosines).sort();
  return {
    entities: cosines.length,
    cosine: cosines.reduce((sum, one) => sum + one, 0) / cosines.length,
    low: sorted[Math.floor(sorted.length / 20)],
  };
}

/**
 * How far a finished run's vectors moved from those that it began with; undefined where it began at random.
 *
 * @param entities the first rows of the table that are looked at
 */
export function driftOfRun(folder: string, entities: number): Drift | undefined {
  const path = join(folder, files.start);
  if (!existsSync(path)) return undefined;
  const start = readTensors(path).tensors;
  if (!start.earlier) return undefined;
  const { entity } = readTensors(join(folder, files.model)).tensors;
  // The starting values lie on the run's own rows.
  const rows = (start.earlier.data as Int32Array)
    .subarray(0, entities)
    .map((old, row) => (old < 0 ? -1 : row));
  return driftOf(entity, start.entity, rows);
}
