import { join } from 'node:path';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { DistillationSettings } from '../config.js';
import type { Candidates } from '../kg/negatives.js';
import { gaussians, seededRandom } from '../kg/random.js';
import { tf, tidied } from '../model/backend.js';
import type { Activations } from '../model/encoders/encoder.js';
import { attentionLoss, featureLoss, networkLoss } from '../model/losses.js';
import type { Model } from '../model/model.js';
import { createTable, type Table } from '../model/table.js';
import { type Answered, answering, type SoftTargets, teacherAnswers } from './answers.js';
import { type Batch, softOf } from './batches.js';
import { type FrozenTeacher, loadTeacher } from './frozenTeacher.js';
import { isAnsweredBySample } from './isAnsweredBySample.js';
import type { Job, TeacherLink } from './job.js';
import { sampledAnswers } from './sampledAnswers.js';
import { distils, isUsed, weightAt } from './schedule.js';
import { type AnswerOptions, allLinked, knownPlaces, type Linked, softRows } from './softRows.js';

/** What a step differentiates by, as far as distillation looks at it. */
export interface StudentSide {
  /** [positions, width.entity] */
  readonly entity: Tensor2D;
  /** [positions, width.relation] */
  readonly relation: Tensor2D;
  readonly activations: Activations;
  /** Projections by name. */
  readonly projection: Readonly<Record<string, Tensor2D>>;
}

/** Brings a frozen teacher's knowledge into a student's steps. */
export interface Distiller {
  readonly settings: DistillationSettings;
  /** Trained tables that are dropped afterwards. */
  projections(slots: number): Record<string, Table>;
  /** Whether the teacher's answers are chosen among a step's sample, which must then be drawn before. */
  readonly isSampled: boolean;
  /**
   * The teacher's answers, one row a position of the batch; undefined where prediction is not distilled.
   *
   * @param sample of the step, where they are chosen among it
   */
  soft(batch: Batch, sample?: Candidates): SoftTargets | undefined;
  /** Feature and network distillation as a function of the student's side. @param share of the training done */
  losses(batch: Batch, share: number): (student: StudentSide) => Scalar[];
  dispose(): void;
}

/** Settings of a job's distillation; undefined without a teacher or without a weight above 0. */
const distillationOf = (job: Job): DistillationSettings | undefined =>
  job.teacher && 'distillation' in job.settings && distils(job.settings.distillation)
    ? job.settings.distillation
    : undefined;

const answerOptions = ({ temperature, top }: DistillationSettings): AnswerOptions => ({
  temperature,
  top,
  cover: 0.98,
});

/** Of the answers beside their teacher. */
const cacheOf = ({ folder }: TeacherLink): string => join(folder, 'answers');

/** What a distiller need not load and compute itself. */
export interface ReadyTeacher {
  readonly teacher: FrozenTeacher;
  /** To the job's queries; absent where the work was ended. */
  readonly answers?: SoftTargets;
}

/**
 * Has the teacher answer a job's queries before its distiller is made: with many queries it takes minutes, in which a
 * process must tell how far it is and hear that it is to stop.
 *
 * @param between called after each part; false ends the work
 * @returns for `distillerOf`; undefined where there is nothing to be made ready
 */
export async function answerAhead(
  job: Job,
  between: (answered: Answered) => Promise<boolean>,
): Promise<ReadyTeacher | undefined> {
  const settings = distillationOf(job);
  if (!job.teacher || !settings || job.feed || !isUsed(settings.prediction)) return undefined;
  if (isAnsweredBySample(job, settings)) return undefined;
  const teacher = loadTeacher(job.teacher);
  const work = answering(teacher, job.queries, answerOptions(settings), cacheOf(job.teacher));
  let next = work.next();
  for (; !next.done; next = work.next()) if (!(await between(next.value))) return { teacher };
  return { teacher, answers: next.value };
}

/**
 * Undefined for a job without a teacher or without a weight above 0.
 *
 * @param ready what `answerAhead` gave; the distiller disposes of its teacher
 */
export function distillerOf(job: Job, model: Model, ready?: ReadyTeacher): Distiller | undefined {
  const settings = distillationOf(job);
  if (!job.teacher || !settings) return undefined;
  const teacher = ready?.teacher ?? loadTeacher(job.teacher);
  const options = answerOptions(settings);
  const predicts = isUsed(settings.prediction);
  const isSampled = predicts && isAnsweredBySample(job, settings);
  const pathTeacher = teacher.encoder.kind === 'path' && model.encoder.kind === 'path';
  const answers =
    predicts && !isSampled ? keptAnswers(teacher, job, options, pathTeacher, ready?.answers) : undefined;
  const bySample = isSampled ? sampledAnswers(teacher, job, options, pathTeacher) : undefined;
  return {
    settings,
    isSampled,
    projections: (slots) => projections(model, teacher, settings, job.settings.seed, slots),
    soft: (batch, sample) => (sample && bySample ? bySample(batch, sample) : answers?.(batch)),
    losses: (batch, share) => losses(teacher, settings, batch, share),
    dispose: () => teacher.dispose(),
  };
}

/** The teacher's answers among all linked entities: those to the job's queries are computed once, and kept. */
function keptAnswers(
  teacher: FrozenTeacher,
  job: Job,
  options: AnswerOptions,
  walks: boolean,
  ready?: SoftTargets,
): (batch: Batch) => SoftTargets {
  const cache = job.teacher && cacheOf(job.teacher);
  const kept = job.feed ? undefined : (ready ?? teacherAnswers(teacher, job.queries, options, cache));
  const linked = allLinked(teacher);
  return (batch) => {
    const first = kept
      ? softOf(kept, batch.at)
      : teacherAnswers(teacher, { ...batch, weight: batch.answerWeight }, options);
    const later = batch.hops > 1 && walks ? laterAnswers(teacher, linked, batch, first, options) : undefined;
    return lengthened(first, batch, later);
  };
}

/** Student layer → teacher layer, matched evenly from the last one down. */
export const matchedLayer = (layer: number, layers: number, teacherLayers: number): number =>
  Math.max(0, Math.round(((layer + 1) * teacherLayers) / layers) - 1);

function projections(
  model: Model,
  { encoder }: FrozenTeacher,
  settings: DistillationSettings,
  seed: number,
  slots: number,
): Record<string, Table> {
  const table = (from: number, to: number, stream: number) =>
    createTable([from, to], gaussians(from * to, 1 / Math.sqrt(from), seededRandom(seed, stream)), slots);
  const { width } = model.encoder;
  const layers = model.encoder.kind === 'path' && encoder.kind === 'path' ? model.shape.layers : 0;
  return {
    ...(isUsed(settings.feature) && {
      entity: table(width.entity, encoder.width.entity, 103),
      relation: table(width.relation, encoder.width.relation, 104),
    }),
    ...(isUsed(settings.network) &&
      Object.fromEntries(
        Array.from({ length: layers }, (_, layer) => [
          `state${layer}`,
          table(width.entity, encoder.width.entity, 110 + layer),
        ]),
      )),
  };
}

/** A path teacher's answers at the later positions of a batch's walks: the place of the entity reached is its reliability. */
function laterAnswers(
  teacher: FrozenTeacher,
  among: Linked,
  batch: Batch,
  { calibrated, temperature }: SoftTargets,
  options: AnswerOptions,
): SoftTargets {
  const positions = batch.relation.length;
  const asked = teacher.asked(batch);
  const at = Int32Array.from([...asked.keys()].filter((p) => p >= batch.size && asked[p] === 1));
  const offset = new Int32Array(positions + 1);
  const reliability = new Float32Array(positions);
  if (at.length === 0)
    return {
      temperature,
      calibrated,
      offset,
      reliability,
      answer: new Int32Array(0),
      probability: new Float32Array(0),
    };
  const soft = tidied(() => {
    const query = tf.gather(teacher.activations(batch).query, tf.tensor1d(at, 'int32')) as Tensor2D;
    const known = [...at].map((p) => knownPlaces(batch, p, among));
    return softRows(teacher.scores(query, among.linked), among, calibrated, options, known);
  });
  for (const [k, p] of at.entries()) {
    offset[p + 1] = soft.length[k];
    reliability[p] = soft.reliability[k];
  }
  for (let p = 0; p < positions; p++) offset[p + 1] += offset[p];
  return { temperature, calibrated, offset, reliability, answer: soft.answer, probability: soft.probability };
}

/** Answers of the first hops, then those of later positions, or none there. */
function lengthened(first: SoftTargets, { size, relation }: Batch, later?: SoftTargets): SoftTargets {
  const positions = relation.length;
  if (positions === size) return first;
  const end = first.offset[size];
  const offset = new Int32Array(positions + 1).fill(end);
  offset.set(first.offset);
  const reliability = later ? later.reliability.slice() : new Float32Array(positions);
  reliability.set(first.reliability);
  if (!later) return { ...first, offset, reliability };
  for (let p = size; p <= positions; p++) offset[p] = end + later.offset[p];
  const answer = new Int32Array(end + later.answer.length);
  answer.set(first.answer);
  answer.set(later.answer, end);
  const probability = new Float32Array(answer.length);
  probability.set(first.probability);
  probability.set(later.probability, end);
  return { ...first, offset, answer, probability, reliability };
}

const column = (values: ArrayLike<number>): Tensor2D =>
  tf.tensor2d(Float32Array.from(values), [values.length, 1]);

/** What the teacher knows of a batch, and the losses that compare the student with it; masked where it knows nothing. */
function losses(teacher: FrozenTeacher, settings: DistillationSettings, batch: Batch, share: number) {
  const { size, relation } = batch;
  const positions = relation.length;
  const mean = (holds: (p: number) => boolean) =>
    column(Float32Array.from({ length: positions }, (_, p) => (holds(p) ? 1 / positions : 0)));
  const isLinked = (row: number) => row >= 0 && teacher.row[row] >= 0;
  const linked = mean((p) => isLinked(batch.entity[p]));
  const matched = mean((p) => teacher.relation[relation[p]] >= 0);
  const entities = teacher.entities(batch.entity.map((row) => Math.max(row, 0)));
  const relations = teacher.relations(relation);
  const asked = teacher.asked(batch);
  const first = <R extends Tensor>(x: R): R => (positions === size ? x : tf.slice(x, 0, size)) as R;
  const known = isUsed(settings.network) ? teacher.activations(batch) : undefined;
  return ({ entity, relation: mine, activations, projection }: StudentSide): Scalar[] => {
    const out: Scalar[] = [];
    if (projection.entity && projection.relation) {
      const feature = tf.add(
        featureLoss(entity, projection.entity, entities, linked),
        featureLoss(mine, projection.relation, relations, matched),
      );
      out.push(tf.mul(feature, weightAt(settings.feature, share)));
    }
    if (!known) return out;
    const weight = weightAt(settings.network, share);
    const { states } = activations;
    if (states.length === 0 || known.states.length === 0) {
      const mask = column(asked.subarray(0, size));
      return [...out, tf.mul(networkLoss(first(activations.query), first(known.query), mask), weight)];
    }
    const each = mean((p) => asked[p] === 1);
    for (const [i, state] of states.entries()) {
      const taught = known.states[matchedLayer(i, states.length, known.states.length)];
      out.push(tf.mul(featureLoss(state, projection[`state${i}`], taught, each), weight / states.length));
    }
    const maps = activations.attention;
    if (maps && known.attention)
      for (const [i, map] of maps.entries()) {
        const taught = known.attention[matchedLayer(i, maps.length, known.attention.length)];
        const whole = Float32Array.from({ length: size }, (_, p) => asked[positions - size + p] / size);
        out.push(tf.mul(attentionLoss(map, taught, tf.tensor1d(whole)), weight / maps.length));
      }
    return out;
  };
}
