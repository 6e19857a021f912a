import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../model/backend.js';
import { singleHop } from '../model/paths.js';
import { MOST_ANSWERS } from './batches.js';
import type { FrozenTeacher } from './frozenTeacher.js';
import type { TrainingQueries } from './job.js';
import { knownPlaces, type Linked, softLogits } from './softRows.js';

/** Queries with their known answers. */
type Asked = Pick<TrainingQueries, 'entity' | 'relation' | 'offset' | 'answer'>;

/** Queries that are asked at once. */
export const AT_ONCE = 512;

/** Temperatures among which a teacher is calibrated. */
const TEMPERATURES = [0.1, 0.14, 0.2, 0.28, 0.4, 0.55, 0.75, 1, 1.4, 2];
/** Queries that calibration looks at. */
const CALIBRATED_ON = 1024;

/**
 * Queries with a known answer among the candidates, evenly chosen, no more than calibration looks at; none with more
 * answers than a step learns from, as each is scored.
 */
export function calibrationRows(
  queries: Asked,
  asked: readonly number[],
  isKnown: (row: number) => boolean,
): number[] {
  const { offset, answer } = queries;
  const isFew = (i: number) => offset[i + 1] - offset[i] <= MOST_ANSWERS;
  const labelled = asked.filter((i) => isFew(i) && answer.subarray(offset[i], offset[i + 1]).some(isKnown));
  const every = Math.max(1, Math.floor(labelled.length / CALIBRATED_ON));
  return labelled.filter((_, k) => k % every === 0).slice(0, CALIBRATED_ON);
}

/**
 * The temperature at which the teacher's softmax gives the known answers their best likelihood (temperature scaling,
 * Guo et al. 2017): a regularised teacher's scores are small and its softmax too flat to learn from. 1 where no known
 * answer is linked.
 *
 * @param asked queries that the teacher can be asked
 */
export function calibrate(
  teacher: FrozenTeacher,
  among: Linked,
  queries: Asked,
  asked: readonly number[],
): number {
  const rows = calibrationRows(queries, asked, (row) => among.place(row) >= 0);
  if (rows.length === 0) return 1;
  const losses = new Float64Array(TEMPERATURES.length);
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const part = rows.slice(from, from + AT_ONCE);
    tf.tidy(() => {
      const scores = scoresOf(teacher, among, queries, part); // [rows, linked]
      const known = part.map((i) => knownPlaces(queries, i, among));
      const at = known.flatMap((places, k) => places.map((place) => [k, place]));
      const weight = known.flatMap((places) => places.map(() => 1 / places.length));
      const answers = tf.gatherND(scores, tf.tensor2d(at, [at.length, 2], 'int32'));
      const sum = tf.sum(tf.mul(answers, tf.tensor1d(weight)));
      for (const [i, t] of TEMPERATURES.entries())
        losses[i] += tf.tidy(() => {
          const all = tf.sum(tf.logSumExp(softLogits(scores, t, among, known), 1));
          return tf.sub(all, tf.mul(sum, 1 / t)).dataSync()[0];
        });
    });
  }
  return TEMPERATURES[losses.indexOf(Math.min(...losses))];
}

/** The teacher's scores [rows, linked] of some queries, inside `tf.tidy`. */
export function scoresOf(
  teacher: FrozenTeacher,
  { linked }: Linked,
  queries: Pick<TrainingQueries, 'entity' | 'relation'>,
  rows: readonly number[],
): Tensor2D {
  const paths = singleHop(
    Int32Array.from(rows, (i) => queries.entity[i]),
    Int32Array.from(rows, (i) => queries.relation[i]),
  );
  return teacher.scores(teacher.activations(paths).query, linked);
}
