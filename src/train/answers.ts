import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tidied } from '../model/backend.js';
import { singleHop } from '../model/paths.js';
import { readTensors, writeTensors } from '../model/safetensors.js';
import { AT_ONCE, calibrate, scoresOf } from './calibrate.js';
import type { FrozenTeacher } from './frozenTeacher.js';
import type { TrainingQueries } from './job.js';
import { type AnswerOptions, allLinked, knownPlaces, type SoftRows, softRows } from './softRows.js';

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

/** How many of the teacher's answers there are. */
export interface Answered {
  readonly done: number;
  readonly total: number;
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
  const work = answering(teacher, queries, options, cache);
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/** The same in parts, between which others may do something: with many queries and entities it takes minutes. */
export function* answering(
  teacher: FrozenTeacher,
  queries: TrainingQueries,
  options: AnswerOptions,
  cache?: string,
): Generator<Answered, SoftTargets> {
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
  const soft = yield* compute(teacher, queries, options);
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

function* compute(
  teacher: FrozenTeacher,
  queries: TrainingQueries,
  options: AnswerOptions,
): Generator<Answered, SoftTargets> {
  const among = allLinked(teacher);
  const total = queries.entity.length;
  const all = teacher.asked(singleHop(queries.entity, queries.relation));
  const asked = [...queries.entity.keys()].filter((i) => all[i] === 1);
  const calibrated = options.temperature * calibrate(teacher, among, queries, asked);
  const parts: SoftRows[] = [];
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    const rows = asked.slice(from, from + AT_ONCE);
    const known = rows.map((i) => knownPlaces(queries, i, among));
    parts.push(
      tidied(() => softRows(scoresOf(teacher, among, queries, rows), among, calibrated, options, known)),
    );
    yield { done: from + rows.length, total: asked.length };
  }
  return { ...spread(parts, asked, queries, total), temperature: options.temperature, calibrated };
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
