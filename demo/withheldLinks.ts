import path from 'node:path';
import { type Metrics, metricsOf } from '../src/evaluate/metrics.js';
import { entityKey } from '../src/kg/keys.js';
import { readTensors } from '../src/model/safetensors.js';
import { readModelEntities } from '../src/train/folder.js';

/**
 * How well the teacher's vectors find the links that were withheld from it: for each withheld country of one source,
 * the rank of its counterpart by cosine among the countries of the other one.
 *
 * @param pairs keys of the left source's country and of the right source's
 */
export function rankWithheldLinks(
  teacher: string,
  left: { source: string; label: string },
  right: { source: string; label: string },
  pairs: readonly (readonly [string, string])[],
): Metrics {
  const { sources } = readModelEntities(teacher);
  const { entity } = readTensors(path.join(teacher, 'model.safetensors')).tensors;
  const [, width] = entity.shape;
  const values = entity.data as Float32Array;
  const rowsOf = ({ source, label }: typeof left) => {
    const { keys, rows } = sources.find(({ name }) => name === source) as (typeof sources)[number];
    const prefix = `[${JSON.stringify(label)},`;
    return new Map(keys.flatMap((key, i) => (key.startsWith(prefix) ? [[key, rows[i]]] : [])));
  };
  const cosine = (a: number, b: number) => {
    let [dot, aa, bb] = [0, 0, 0];
    for (let i = 0; i < width; i++) {
      const x = values[a * width + i];
      const y = values[b * width + i];
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    return dot / Math.sqrt(aa * bb);
  };
  const from = rowsOf(left);
  const to = rowsOf(right);
  const ranks = pairs.flatMap(([a, b]) => {
    const row = from.get(entityKey(left.label, [a]));
    const answer = to.get(entityKey(right.label, [b]));
    if (row === undefined || answer === undefined) return [];
    const mine = cosine(row, answer);
    return [1 + [...to.values()].filter((other) => other !== answer && cosine(row, other) > mine).length];
  });
  return metricsOf(ranks);
}
