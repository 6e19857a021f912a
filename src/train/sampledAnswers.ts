import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { type Candidates, negativeSampler } from '../kg/negatives.js';
import { seededRandom } from '../kg/random.js';
import { tf, tidied } from '../model/backend.js';
import { type Paths, singleHop } from '../model/paths.js';
import type { SoftTargets } from './answers.js';
import type { Batch } from './batches.js';
import { AT_ONCE, calibrate, calibrationRows, scoresOf } from './calibrate.js';
import type { FrozenTeacher } from './frozenTeacher.js';
import type { Job } from './job.js';
import { negativesOf } from './negativesOf.js';
import { type AnswerOptions, knownPlaces, linkedSample, softRows } from './softRows.js';
import { frequencies } from './stepRows.js';

/** Stream of the sample that calibrates, beside others of the seed. */
const STREAM = 433;

/**
 * A teacher that answers each batch among the linked ones of the step's own sample, so that its work a step does not grow
 * with the graph. The sample's correction makes it an estimate of the teacher's softmax over all linked entities, beside
 * the student's estimate over the same sample.
 *
 * @param walks whether it is asked at the later positions of walks as well
 * @returns what gives its answers at the positions of a batch, for the sample of the step
 */
export function sampledAnswers(
  teacher: FrozenTeacher,
  job: Job,
  options: AnswerOptions,
  walks: boolean,
): (batch: Batch, sample: Candidates) => SoftTargets {
  const known = job.feed ? undefined : tried(teacher, job, options);
  return (batch, sample) => {
    const among = linkedSample(teacher, sample);
    const paths = walks ? batch : firstHops(batch);
    const mask = teacher.asked(paths);
    const at = [...mask.keys()].filter((p) => mask[p] === 1);
    const places = at.map((p) => knownPlaces(batch, p, among));
    // What a position brought into the sample itself.
    const own = at.map((p, k) =>
      [...new Set([...places[k], among.place(batch.entity[p])])].filter((i) => i >= 0),
    );
    // Of a fed training no queries are known beforehand.
    const scale = known?.scale ?? calibrate(teacher, among, batch, at);
    const calibrated = options.temperature * scale;
    const positions = batch.relation.length;
    const offset = new Int32Array(positions + 1);
    const reliability = new Float32Array(positions);
    const answers = { temperature: options.temperature, calibrated, offset, reliability };
    if (at.length === 0 || among.linked.length === 0)
      return { ...answers, answer: new Int32Array(0), probability: new Float32Array(0) };
    const soft = tidied(() => {
      const query = tf.gather(teacher.activations(paths).query, tf.tensor1d(at, 'int32')) as Tensor2D;
      return softRows(teacher.scores(query, among.linked), among, calibrated, options, places, own);
    });
    for (const [k, p] of at.entries()) {
      const isProbe = batch.offset[p] === batch.offset[p + 1];
      offset[p + 1] = soft.length[k];
      reliability[p] = isProbe && known ? known.reliabilityOf(batch.relation[p]) : soft.reliability[k];
    }
    for (let p = 0; p < positions; p++) offset[p + 1] += offset[p];
    return { ...answers, answer: soft.answer, probability: soft.probability };
  };
}

const firstHops = ({ size, entity, relation }: Paths): Paths =>
  singleHop(entity.subarray(0, size), relation.subarray(0, size));

/** What some of the job's queries tell of the teacher: its temperature, and how reliable it is by relation. */
function tried(
  teacher: FrozenTeacher,
  job: Job,
  options: AnswerOptions,
): { scale: number; reliabilityOf(relation: number): number } {
  const { queries, rows, settings } = job;
  const mask = teacher.asked(singleHop(queries.entity, queries.relation));
  const asked = [...mask.keys()].filter((i) => mask[i] === 1);
  const chosen = calibrationRows(queries, asked, (row) => teacher.row[row] >= 0);
  const sampler = negativeSampler(rows, negativesOf(job) ?? rows, frequencies(job));
  const needed = chosen.map((i) => queries.answer.subarray(queries.offset[i], queries.offset[i + 1]));
  const among = linkedSample(teacher, sampler.draw(needed, seededRandom(settings.seed, STREAM)));
  const scale = calibrate(teacher, among, queries, chosen);
  const found = new Map<number, number[]>();
  for (let from = 0; from < chosen.length; from += AT_ONCE) {
    const part = chosen.slice(from, from + AT_ONCE);
    const places = part.map((i) => knownPlaces(queries, i, among));
    const { reliability } = tidied(() =>
      softRows(scoresOf(teacher, among, queries, part), among, scale, options, places),
    );
    for (const [k, i] of part.entries())
      found.set(queries.relation[i], [...(found.get(queries.relation[i]) ?? []), reliability[k]]);
  }
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const overall = mean([...found.values()].flat());
  return { scale, reliabilityOf: (relation) => mean(found.get(relation) ?? [overall]) };
}
