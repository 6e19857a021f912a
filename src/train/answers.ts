import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../model/backend.js';
import { matMul } from '../model/ops.js';
import { readTensors, writeTensors } from '../model/safetensors.js';
import type { FrozenTeacher } from './frozenTeacher.js';
import type { TrainingQueries } from './job.js';

/** A teacher's tempered answers to grouped queries, as compressed rows over student rows. */
export interface SoftTargets {
  readonly temperature: number;
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
    const { tensors } = readTensors(path);
    return {
      temperature: options.temperature,
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
    writeTensors(path, {
      offset: column(soft.offset),
      answer: column(soft.answer),
      probability: column(soft.probability),
      reliability: column(soft.reliability),
    });
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
  const linked = Int32Array.from([...teacher.row.keys()].filter((i) => teacher.row[i] >= 0));
  const position = new Int32Array(teacher.row.length).fill(-1);
  for (let i = 0; i < linked.length; i++) position[linked[i]] = i;
  const total = queries.entity.length;
  const asked = [...queries.entity.keys()].filter(
    (i) => teacher.row[queries.entity[i]] >= 0 && teacher.relation[queries.relation[i]] >= 0,
  );
  const top = Math.min(options.top, linked.length);
  const offset = new Int32Array(total + 1);
  const reliability = new Float32Array(total);
  const answers: Int32Array[] = [];
  const probabilities: Float32Array[] = [];
  const chunk = 512;
  const candidates = teacher.candidates(linked); // [linked, teacher width]
  const temperature = options.temperature * calibrate(teacher, candidates, queries, asked, position);
  for (let from = 0; from < asked.length; from += chunk) {
    const rows = asked.slice(from, from + chunk);
    const { scores, at, soft } = askTeacher(teacher, candidates, queries, rows, top, temperature);
    const answer = new Int32Array(rows.length * top);
    const probability = new Float32Array(rows.length * top);
    let n = 0;
    for (const [k, i] of rows.entries()) {
      const before = n;
      for (let j = 0, covered = 0; j < top && covered < options.cover; j++) {
        answer[n] = linked[at[k * top + j]];
        probability[n] = soft[k * top + j];
        covered += probability[n++];
      }
      offset[i + 1] = n - before;
      const row = scores.subarray(k * linked.length, (k + 1) * linked.length);
      reliability[i] = meanReciprocalRank(row, knownPositions(queries, i, position));
    }
    answers.push(answer.slice(0, n));
    probabilities.push(probability.slice(0, n));
  }
  candidates.dispose();
  fillProbes(queries, asked, reliability);
  for (let i = 0; i < total; i++) offset[i + 1] += offset[i];
  const answer = new Int32Array(offset[total]);
  const probability = new Float32Array(offset[total]);
  let n = 0;
  for (const [i, part] of answers.entries()) {
    answer.set(part, n);
    probability.set(probabilities[i], n);
    n += part.length;
  }
  return { temperature: options.temperature, offset, answer, probability, reliability };
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
  candidates: Tensor2D,
  queries: TrainingQueries,
  asked: readonly number[],
  position: Int32Array,
): number {
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
    return TEMPERATURES.map(
      (t) => tf.sub(tf.sum(tf.logSumExp(tf.mul(scores, 1 / t), 1)), tf.mul(sum, 1 / t)).dataSync()[0],
    );
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

/** The teacher's scores [rows, linked] of some queries, and the likeliest answers [rows, top] with their probabilities. */
function askTeacher(
  teacher: FrozenTeacher,
  candidates: Tensor2D,
  queries: TrainingQueries,
  rows: readonly number[],
  top: number,
  temperature: number,
): { scores: Float32Array; at: Int32Array; soft: Float32Array } {
  const [scores, at, soft] = tf.tidy(() => {
    const scores = scoresOf(teacher, candidates, queries, rows);
    const best = tf.topk(tf.softmax(tf.mul(scores, 1 / temperature)), top);
    return [scores, best.indices, best.values];
  });
  const host = {
    scores: scores.dataSync() as Float32Array,
    at: at.dataSync() as Int32Array,
    soft: soft.dataSync() as Float32Array,
  };
  tf.dispose([scores, at, soft]);
  return host;
}

/** The teacher's scores [rows, linked], inside `tf.tidy`. */
function scoresOf(
  teacher: FrozenTeacher,
  candidates: Tensor2D,
  queries: TrainingQueries,
  rows: readonly number[],
): Tensor2D {
  const asked = teacher.query(
    Int32Array.from(rows, (i) => queries.entity[i]),
    Int32Array.from(rows, (i) => queries.relation[i]),
  );
  return matMul(asked, candidates, false, true);
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
