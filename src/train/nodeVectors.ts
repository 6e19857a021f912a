import { parseEntityKey } from '../kg/keys.js';
import { isValueLabel } from '../kg/values.js';
import { readFacts } from './folder.js';
import { type ModelVectors, readModelVectors } from './runs.js';

/**
 * A student's vectors without those of values, which are no nodes, and without relations that lead to values alone:
 * what can be written into a graph and asked there.
 *
 * @throws KgmentorError BAD_DATA when the folder holds no finished student
 */
export function readNodeVectors(folder: string): ModelVectors {
  const vectors = readModelVectors(folder);
  const isValue = vectors.keys.map((key) => isValueLabel(parseEntityKey(key).label));
  if (!isValue.includes(true)) return vectors;
  const nodes = [...isValue.keys()].filter((row) => !isValue[row]);
  const toNodes = new Set<number>();
  const toValues = new Set<number>();
  for (const { relation, tail } of Object.values(readFacts(folder).split))
    for (const [i, id] of relation.entries()) (isValue[tail[i]] ? toValues : toNodes).add(id);
  const relations = [...vectors.relations.keys()].filter((id) => toNodes.has(id) || !toValues.has(id));
  const pick = (table: Float32Array, width: number, rows: readonly number[]) => {
    const out = new Float32Array(rows.length * width);
    for (const [i, row] of rows.entries()) out.set(table.subarray(row * width, (row + 1) * width), i * width);
    return out;
  };
  return {
    ...vectors,
    keys: nodes.map((row) => vectors.keys[row]),
    entity: pick(vectors.entity, vectors.dim, nodes),
    relations: relations.map((id) => vectors.relations[id]),
    relation: pick(vectors.relation, vectors.relationDim, relations),
    inverse: pick(vectors.inverse, vectors.relationDim, relations),
  };
}
