import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { Candidates } from '../kg/negatives.js';
import { tf } from '../model/backend.js';
import { correctionOf } from '../model/head.js';
import type { FrozenTeacher } from './frozenTeacher.js';

export interface AnswerOptions {
  readonly temperature: number;
  /** Answers kept a query at most. */
  readonly top: number;
  /** Mass at which no more answers are kept, in (0, 1]. */
  readonly cover: number;
}

/** Student rows among which a teacher chooses its answers: all that it is linked to, or those of a sample. */
export interface Linked {
  readonly linked: Int32Array;
  /** Of a sample: what makes a softmax over it an estimate of that over all; see `Candidates`. */
  readonly correction?: Float32Array;
  /** Place of a student row among them, or -1. */
  place(row: number): number;
}

export function allLinked({ row }: FrozenTeacher): Linked {
  const linked = Int32Array.from([...row.keys()].filter((i) => row[i] >= 0));
  const position = new Int32Array(row.length).fill(-1);
  for (let i = 0; i < linked.length; i++) position[linked[i]] = i;
  return { linked, place: (i) => position[i] };
}

/** Those of a sample, until the next one is drawn. */
export function linkedSample({ row }: FrozenTeacher, { rows, correction, at }: Candidates): Linked {
  const chosen = Int32Array.from([...rows.keys()].filter((i) => row[rows[i]] >= 0));
  const position = new Int32Array(rows.length).fill(-1);
  for (let i = 0; i < chosen.length; i++) position[chosen[i]] = i;
  return {
    linked: chosen.map((i) => rows[i]),
    correction: Float32Array.from(chosen, (i) => correction[i]),
    place: (i) => position[at(i)] ?? -1,
  };
}

/** Places of a query's known answers. @param queries compressed rows */
export function knownPlaces(
  { offset, answer }: { readonly offset: Int32Array; readonly answer: Int32Array },
  i: number,
  { place }: Linked,
): number[] {
  const out: number[] = [];
  for (let j = offset[i]; j < offset[i + 1]; j++) {
    const at = place(answer[j]);
    if (at >= 0) out.push(at);
  }
  return out;
}

/** Soft answers of some rows, one after the other. */
export interface SoftRows {
  readonly length: Int32Array;
  readonly answer: Int32Array;
  readonly probability: Float32Array;
  readonly reliability: Float32Array;
}

/**
 * Scores at a temperature [rows, linked] as a softmax takes them, inside `tf.tidy`: of a sample they are corrected.
 *
 * @param own [rows] distinct places of what a row brought into the sample itself, which is not corrected
 */
export function softLogits(
  scores: Tensor2D,
  temperature: number,
  { correction }: Linked,
  own: readonly (readonly number[])[],
): Tensor2D {
  const scaled = tf.mul(scores, 1 / temperature) as Tensor2D;
  if (!correction) return scaled;
  const row = Int32Array.from(own.flatMap((places, k) => places.map(() => k)));
  const column = Int32Array.from(own.flat());
  const added = correctionOf({ value: tf.tensor1d(correction), row, column }, 0, scores.shape[0]);
  return tf.add(scaled, added) as Tensor2D;
}

/**
 * The likeliest answers of rows of scores with their probabilities, and how well the known answers rank.
 *
 * @param scores [rows, linked], inside `tf.tidy`
 * @param known [rows] places of a row's known answers @param own see {@link softLogits}
 */
export function softRows(
  scores: Tensor2D,
  among: Linked,
  temperature: number,
  options: Pick<AnswerOptions, 'top' | 'cover'>,
  known: readonly (readonly number[])[],
  own = known,
): SoftRows {
  const { linked, correction } = among;
  const [rows] = scores.shape;
  const top = Math.min(options.top, linked.length);
  const best = tf.topk(tf.softmax(softLogits(scores, temperature, among, own)), top);
  const at = best.indices.dataSync() as Int32Array;
  const soft = best.values.dataSync() as Float32Array;
  const host = scores.dataSync() as Float32Array;
  // A row of a sample stands for as many as it takes draws to come upon one like it.
  const standsFor = correction?.map(Math.exp);
  const length = new Int32Array(rows);
  const answer = new Int32Array(rows * top);
  const probability = new Float32Array(rows * top);
  const reliability = new Float32Array(rows);
  let n = 0;
  for (let k = 0; k < rows; k++) {
    for (let j = 0, covered = 0; j < top && covered < options.cover; j++) {
      answer[n] = linked[at[k * top + j]];
      probability[n] = soft[k * top + j];
      covered += probability[n++];
      length[k]++;
    }
    const mine = host.subarray(k * linked.length, (k + 1) * linked.length);
    reliability[k] = meanReciprocalRank(mine, known[k], standsFor);
  }
  return { length, answer: answer.slice(0, n), probability: probability.slice(0, n), reliability };
}

/**
 * Mean over the known answers of 1 / rank among all others that are not known; 0 without a linked known answer.
 *
 * @param standsFor how many candidates each counts for; one where absent
 */
function meanReciprocalRank(
  scores: Float32Array,
  known: readonly number[],
  standsFor?: Float32Array,
): number {
  if (known.length === 0) return 0;
  let sum = 0;
  for (const k of known) {
    let better = 0;
    if (standsFor) {
      for (let j = 0; j < scores.length; j++) if (scores[j] > scores[k]) better += standsFor[j];
    } else {
      for (let j = 0; j < scores.length; j++) if (scores[j] > scores[k]) better++;
    }
    for (const other of known) if (scores[other] > scores[k]) better -= standsFor?.[other] ?? 1;
    sum += 1 / (Math.max(0, better) + 1);
  }
  return sum / known.length;
}
