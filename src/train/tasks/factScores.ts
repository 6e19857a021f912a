import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { Triples } from '../../kg/types.js';
import { tf, tidied } from '../../model/backend.js';
import { askedModel } from '../askedModel.js';
import { readJob } from '../job.js';
import { readFactQuestions, writeFactScores } from './factQuestions.js';

/**
 * Scores the facts that lie in a folder beside its job.
 *
 * @param by folder of the model, or 'teacher' for the job's teacher through its links
 */
export function scoreFacts(folder: string, by: string): void {
  const job = readJob(folder);
  const { facts, measure } = readFactQuestions(folder);
  const model = askedModel(job, by);
  const scores = tidied(() => {
    const score = model.scores();
    const measured: typeof score =
      measure === 'score' ? score : (head, relation) => tf.logSoftmax(score(head, relation));
    return Object.fromEntries(
      Object.entries(facts).map(([name, triples]) => [name, scoresOf(triples, measured)]),
    );
  });
  model.dispose();
  writeFactScores(folder, scores);
}

/** Facts that are scored at once. */
const CHUNK = 512;

/** @param all [n, entities] of (head, relation, ?) */
function scoresOf(
  { head, relation, tail }: Triples,
  all: (head: Int32Array, relation: Int32Array) => Tensor2D,
): Float32Array {
  const out = new Float32Array(head.length);
  for (let from = 0; from < head.length; from += CHUNK)
    tf.tidy(() => {
      const [h, r, t] = [head, relation, tail].map((ids) => ids.subarray(from, from + CHUNK));
      const at = Array.from(t, (id, i): [number, number] => [i, id]);
      const found = tf.gatherND(all(h, r), tf.tensor2d(at, [t.length, 2], 'int32'));
      out.set(found.dataSync() as Float32Array, from);
    });
  return out;
}
