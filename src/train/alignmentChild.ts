import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';
import { alignmentRanks, mutualNearest } from '../evaluate/alignment.js';
import { tf } from '../model/backend.js';
import { matMul } from '../model/ops.js';
import { readTensors } from '../model/safetensors.js';
import {
  type AlignmentColumns,
  type AlignmentJob,
  type AlignmentPair,
  readAlignmentJob,
  type VectorTable,
  writeAlignmentResult,
} from './alignmentJob.js';

/** Does the alignment job of a folder and writes its result there. */
export function runAlignmentJob(folder: string): void {
  const job = readAlignmentJob(folder);
  const left = tableOf(job.left);
  const right = tableOf(job.right);
  const results = job.pairs.map((pair) => alignPair(pair, left, right, job.task));
  tf.dispose([left, right]);
  writeAlignmentResult(folder, results);
}

/** Vectors of one side, in the other side's space where they have a projection. */
function tableOf({ file, tensor, projection }: VectorTable): Tensor2D {
  const { tensors } = readTensors(file);
  const get = (name: string): Tensor2D => {
    const found = tensors[name];
    if (!found)
      throw new KgmentorError('BAD_DATA', `${file} holds no tensor ${JSON.stringify(name)}.`, {
        next: 'Train again.',
      });
    return tf.tensor2d(found.data as Float32Array, found.shape as [number, number]);
  };
  return tf.tidy(() => (projection ? matMul(get(tensor), get(projection)) : get(tensor)));
}

function alignPair(
  pair: AlignmentPair,
  left: Tensor2D,
  right: Tensor2D,
  task: AlignmentJob['task'],
): AlignmentColumns {
  const rows = (table: Tensor2D, at: Int32Array) =>
    tf.tidy(() => tf.gather(table, tf.tensor1d(at, 'int32'))) as Tensor2D;
  const [x, y] = [rows(left, pair.left), rows(right, pair.right)];
  try {
    if (task === 'propose') return { ...mutualNearest(x, y) };
    const cosine = alignmentRanks(x, y, pair.asked, 'cosine');
    const csls = alignmentRanks(x, y, pair.asked, 'csls');
    return {
      'cosine.forward': Float32Array.from(cosine.forward),
      'cosine.backward': Float32Array.from(cosine.backward),
      'csls.forward': Float32Array.from(csls.forward),
      'csls.backward': Float32Array.from(csls.backward),
    };
  } finally {
    tf.dispose([x, y]);
  }
}
