import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf, tidied } from '../model/backend.js';
import { singleHop } from '../model/model.js';
import { readTensors, writeTensors } from '../model/safetensors.js';
import type { FrozenTeacher } from './frozenTeacher.js';
import type { TrainingQueries } from './job.js';

/** A teacher's tempered answers to grouped queries, as compressed rows over student rows. */
export interface SoftTargets {
  readonly temperature: number;
  /** The temperature of the teacher's own softmax: `temperature` times what calibration found. */
  readonly calibrated: number;
  readonly offset: Int32Array;
  readonly answer: Int32Array;
  /**
   * The likeliest answers of the softmax over the linked candidates, up to `cover` of its mass. What is left out is not
   * spread over the others, so a query whose answer the teacher cannot tell weighs less. Empty where it cannot ask.
   */
  readonly probability: Float32Array;
  /**
   * [queries] in [0, 1]: how well the teacher ranks the known answers, so that a poor teacher does no harm. Of a probe,
   * which has none: the mean over the queries of its relation.
   */
  readonly reliability: Float32Array;
}

export interface AnswerOptions {
  readonly temperature: number;
  /** Answers kept a query at most. */
  readonly top: number;
  /** Mass at which no more answers are kept, in (0, 1]. */
  readonly cover: number;
}

/**
 * The frozen teacher's calibrated answers, computed once for each (teacher, target, temperature) and kept in `cache`: every
 * arm, seed and retry reuses them.
 *
 * @param cache folder beside the teacher
 */
export function teacherAnswers(
  teacher: FrozenTeacher,
  queries: TrainingQueries,
  options: AnswerOptions,
  cache?: string,
): SoftTargets {
  const path = cache && join(cache, `${digest(teacher, queries, options)}.safetensors`);
  if (path && existsSync(path)) {
    const { tensors, metadata } = readTensors(path);
    return {
      temperature: options.temperature,
      calibrated: Number(metadata.calibrated),
      offset: tensors.offset.data as Int32Array,
      answer: tensors.answer.data as Int32Array,
      probability: tensors.probability.data as Float32Array,
      reliability: tensors.reliability.data as Float32Array,
    };
  }
  const soft = compute(teacher, queries, options);
  if (cache && path) {
    mkdirSync(cache, { recursive: true });
    const column = (data: Int32Array | Float32Array) => ({ shape: [data.length], data });
    writeTensors(
      path,
      {
        offset: column(soft.offset),
        answer: column(soft.answer),
        probability: column(soft.probability),
        reliability: column(soft.reliability),
      },
      { calibrated: String(soft.calibrated) },
    );
  }
  return soft;
}

function digest(teacher: FrozenTeacher, queries: TrainingQueries, options: AnswerOptions): string {
  const hash = createHash('sha256').update(JSON.stringify(['calibrated', teacher.digest, options]));
  for (const part of [
    queries.entity,
    queries.relation,
    queries.offset,
    queries.answer,
    teacher.row,
    teacher.relation,
  ])
    hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return hash.digest('hex').slice(0, 24);
}

function compute(teacher: FrozenTeacher, queries: TrainingQueries, options: AnswerOptions): SoftTargets {
  const candidates = candidatesOf(teacher);
  const { position } = candidates;
  const total = queries.entity.length;
  const all = teacher.asked(singleHop(queries.entity, queries.relation));
  const asked = [...queries.entity.keys()].filter((i) => all[i] === 1);
  const known = (i: number) => knownPositions(queries, i, position);
  const scale = calibrate(teacher, candidates, queries, asked);
  const calibrated = options.temperature * scale;
  const parts: SoftRows[] = [];
  for (let from = 0; from < asked.length; from += 512) {
    const rows = asked.slice(from, from + 512);
    parts.push(
      tidied(() =>
        softRows(scoresOf(teacher, candidates, queries, rows), candidates, calibrated, options, (k) =>
          known(rows[k]),
        ),
      ),
    );
  }
  return { ...spread(parts, asked, queries, total), temperature: options.temperature, calibrated };
}

/** Student rows that the teacher is linked to, and where each stands among them, or -1. */
export interface LinkedRows {
  readonly linked: Int32Array;
  readonly position: Int32Array;
}

export function candidatesOf(teacher: FrozenTeacher): LinkedRows {
  const linked = Int32Array.from([...teacher.row.keys()].filter((i) => teacher.row[i] >= 0));
  const position = new Int32Array(teacher.row.length).fill(-1);
  for (let i = 0; i < linked.length; i++) position[linked[i]] = i;
  return { linked, position };
}

/** Soft answers of some rows, one after the other. */
export interface SoftRows {
  readonly length: Int32Array;
  readonly answer: Int32Array;
  readonly probability: Float32Array;
  readonly reliability: Float32Array;
}

/**
 * The likeliest answers of rows of scores with their probabilities, and how well the known answers rank.
 *
 * @param scores [rows, linked], inside `tf.tidy`
 * @param known positions of a row's known answers among the linked
 */
export function softRows(
  scores: Tensor2D,
  { linked }: LinkedRows,
  temperature: number,
  options: Pick<AnswerOptions, 'top' | 'cover'>,
  known: (row: number) => readonly number[],
): SoftRows {
  const [rows] = scores.shape;
  const top = Math.min(options.top, linked.length);
  const best = tf.topk(tf.softmax(tf.mul(scores, 1 / temperature)), top);
  const at = best.indices.dataSync() as Int32Array;
  const soft = best.values.dataSync() as Float32Array;
  const host = scores.dataSync() as Float32Array;
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
    reliability[k] = meanReciprocalRank(host.subarray(k * linked.length, (k + 1) * linked.length), known(k));
  }
  return { length, answer: answer.slice(0, n), probability: probability.slice(0, n), reliability };
}

/** Soft answers of the asked queries as compressed rows over all of them. */
function spread(
  parts: readonly SoftRows[],
  asked: readonly number[],
  queries: TrainingQueries,
  total: number,
): Pick<SoftTargets, 'offset' | 'answer' | 'probability' | 'reliability'> {
  const offset = new Int32Array(total + 1);
  const reliability = new Float32Array(total);
  const size = parts.reduce((sum, { answer }) => sum + answer.length, 0);
  const answer = new Int32Array(size);
  const probability = new Float32Array(size);
  let n = 0;
  let k = 0;
  for (const part of parts) {
    answer.set(part.answer, n);
    probability.set(part.probability, n);
    n += part.answer.length;
    for (let row = 0; row < part.length.length; row++, k++) {
      offset[asked[k] + 1] = part.length[row];
      reliability[asked[k]] = part.reliability[row];
    }
  }
  fillProbes(queries, asked, reliability);
  for (let i = 0; i < total; i++) offset[i + 1] += offset[i];
  return { offset, answer, probability, reliability };
}

/** Temperatures among which a teacher is calibrated. */
const TEMPERATURES = [0.1, 0.14, 0.2, 0.28, 0.4, 0.55, 0.75, 1, 1.4, 2];
/** Queries that calibration looks at. */
const CALIBRATED_ON = 1024;

/**
 * The temperature at which the teacher's softmax gives the known answers their best likelihood (temperature scaling,
 * Guo et al. 2017): a regularised teacher's scores are small and its softmax too flat to learn from. 1 where no known
 * answer is linked.
 */
function calibrate(
  teacher: FrozenTeacher,
  candidates: LinkedRows,
  queries: TrainingQueries,
  asked: readonly number[],
): number {
  const { position } = candidates;
  const labelled = asked.filter((i) => knownPositions(queries, i, position).length > 0);
  if (labelled.length === 0) return 1;
  const every = Math.max(1, Math.floor(labelled.length / CALIBRATED_ON));
  const rows = labelled.filter((_, k) => k % every === 0).slice(0, CALIBRATED_ON);
  const losses = tf.tidy(() => {
    const scores = scoresOf(teacher, candidates, queries, rows); // [rows, linked]
    const at: [number, number][] = [];
    const weight: number[] = [];
    for (const [k, i] of rows.entries()) {
      const known = knownPositions(queries, i, position);
      for (const answer of known) {
        at.push([k, answer]);
        weight.push(1 / known.length);
      }
    }
    const answers = tf.gatherND(scores, tf.tensor2d(at, [at.length, 2], 'int32'));
    const sum = tf.sum(tf.mul(answers, tf.tensor1d(weight)));
    const lossAt = (t: number) =>
      tf.sub(tf.sum(tf.logSumExp(tf.mul(scores, 1 / t), 1)), tf.mul(sum, 1 / t)).dataSync()[0];
    return TEMPERATURES.map((t) => tf.tidy(() => lossAt(t)));
  });
  return TEMPERATURES[losses.indexOf(Math.min(...losses))];
}

/** Gives probes the mean reliability of their relation's queries. */
function fillProbes(queries: TrainingQueries, asked: readonly number[], reliability: Float32Array): void {
  const isProbe = (i: number) => queries.offset[i] === queries.offset[i + 1];
  const sums = new Map<number, { sum: number; count: number }>();
  for (const i of asked) {
    if (isProbe(i)) continue;
    const mean = sums.get(queries.relation[i]) ?? { sum: 0, count: 0 };
    mean.sum += reliability[i];
    mean.count++;
    sums.set(queries.relation[i], mean);
  }
  for (const i of asked) {
    const mean = sums.get(queries.relation[i]);
    if (isProbe(i)) reliability[i] = mean ? mean.sum / mean.count : 0;
  }
}

/** The teacher's scores [rows, linked] of some queries, inside `tf.tidy`. */
function scoresOf(
  teacher: FrozenTeacher,
  { linked }: LinkedRows,
  queries: TrainingQueries,
  rows: readonly number[],
): Tensor2D {
  const paths = singleHop(
    Int32Array.from(rows, (i) => queries.entity[i]),
    Int32Array.from(rows, (i) => queries.relation[i]),
  );
  return teacher.scores(teacher.activations(paths).query, linked);
}

function knownPositions(queries: TrainingQueries, i: number, position: Int32Array): number[] {
  const out: number[] = [];
  for (let j = queries.offset[i]; j < queries.offset[i + 1]; j++)
    if (position[queries.answer[j]] >= 0) out.push(position[queries.answer[j]]);
  return out;
}

/** Mean over the known answers of 1 / rank among all others that are not known; 0 without a linked known answer. */
function meanReciprocalRank(scores: Float32Array, known: readonly number[]): number {
  if (known.length === 0) return 0;
  let sum = 0;
  for (const k of known) {
    let better = 0;
    for (let j = 0; j < scores.length; j++) if (scores[j] > scores[k]) better++;
    for (const other of known) if (scores[other] > scores[k]) better--;
    sum += 1 / (better + 1);
  }
  return sum / known.length;
}
