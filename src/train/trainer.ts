import { join } from 'node:path';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { DistillationSettings, StudentSettings, TeacherSettings } from '../config.js';
import { gaussians, seededRandom } from '../kg/random.js';
import { tf } from '../model/backend.js';
import { scoring } from '../model/geometry.js';
import { head, type Targets } from '../model/head.js';
import { featureLoss, networkLoss } from '../model/losses.js';
import { createModel, disposeModel, type Model, type ModelShape } from '../model/model.js';
import { assign, gatherRows, type Resource, read, scatterAddRows, segmentSum } from '../model/ops.js';
import { adagrad, createTable, disposeTable, gradientOf, type Table } from '../model/table.js';
import { type SoftTargets, teacherAnswers } from './answers.js';
import { type Batch, distilledTargets } from './batches.js';
import { type FrozenTeacher, loadTeacher } from './frozenTeacher.js';
import type { Job, TrainingQueries } from './job.js';

/** A model in training. */
export interface Trainer {
  readonly settings: TeacherSettings | StudentSettings;
  readonly model: Model;
  /** Trained tables that are dropped afterwards: the projections of feature distillation. */
  readonly extras: Readonly<Record<string, Table>>;
  /** One optimiser step; returns the batch's loss. `at` is the training time in epochs, for schedules. */
  step(batch: Batch, at: number): number;
  /** The teacher's answers to queries that come while training; undefined where there is nothing to distil. */
  answers(queries: TrainingQueries): SoftTargets | undefined;
  dispose(): void;
}

/** Standard deviation of starting vectors: small, so that N3 and the softmax begin in their linear range. */
const DEVIATION = 0.1;

export const shapeOf = (job: Job): ModelShape => ({
  encoder: job.settings.encoder,
  geometry: job.settings.geometry,
  dim: job.settings.dim,
  rows: job.rows,
  relations: job.relations,
});

const answerOptions = ({ temperature }: DistillationSettings) => ({ temperature, top: 64, cover: 0.98 });

interface Distiller {
  readonly settings: DistillationSettings;
  readonly teacher: FrozenTeacher;
  readonly soft?: SoftTargets;
}

/**
 * A trainer for a job, from random vectors or from a checkpoint's tables.
 *
 * @throws KgmentorError BAD_DATA when the teacher's folder holds no whole model
 */
export function createTrainer(
  job: Job,
  from?: { model: Model; extras: Readonly<Record<string, Table>> },
): Trainer {
  const { settings } = job;
  const model = from?.model ?? createModel(shapeOf(job), { seed: settings.seed, deviation: DEVIATION });
  const distiller = distillerOf(job);
  const extras = from?.extras ?? (distiller ? projections(model, distiller, settings.seed) : {});
  const optimiser = adagrad(settings.learningRate);
  const gradient = gradientOf(model.entity);
  const relations = tf.keep(tf.scalar(2 * job.relations, 'int32'));
  return {
    settings,
    model,
    extras,
    step: (batch) =>
      batch.entity.length === 0
        ? 0
        : tf.tidy(() => step({ settings, model, extras, distiller, gradient, relations, optimiser }, batch)),
    answers: (queries) =>
      distiller && distiller.settings.prediction > 0
        ? teacherAnswers(distiller.teacher, queries, answerOptions(distiller.settings))
        : undefined,
    dispose() {
      distiller?.teacher.dispose();
      disposeModel(model);
      for (const table of Object.values(extras)) disposeTable(table);
      gradient.handle.dispose();
      relations.dispose();
      optimiser.dispose();
    },
  };
}

function distillerOf(job: Job): Distiller | undefined {
  if (!job.teacher || !('distillation' in job.settings)) return undefined;
  const settings = job.settings.distillation;
  if (settings.feature + settings.network + settings.prediction === 0) return undefined;
  const teacher = loadTeacher(job.teacher);
  const soft =
    settings.prediction > 0 && !job.feed
      ? teacherAnswers(teacher, job.queries, answerOptions(settings), join(job.teacher.folder, 'answers'))
      : undefined;
  return { settings, teacher, soft };
}

function projections(model: Model, { settings, teacher }: Distiller, seed: number): Record<string, Table> {
  if (settings.feature === 0) return {};
  const from = model.entity.value.shape[1];
  const table = (from: number, to: number, stream: number) =>
    createTable({
      shape: [from, to],
      value: gaussians(from * to, 1 / Math.sqrt(from), seededRandom(seed, stream)),
    });
  return {
    projection: table(from, teacher.width, 103),
    relationProjection: table(model.relation.value.shape[1], teacher.relationWidth, 104),
  };
}

interface StepContext {
  readonly settings: TeacherSettings | StudentSettings;
  readonly model: Model;
  readonly extras: Readonly<Record<string, Table>>;
  readonly distiller?: Distiller;
  readonly gradient: Resource;
  readonly relations: Scalar;
  readonly optimiser: ReturnType<typeof adagrad>;
}

interface Inputs {
  readonly head: Tensor2D;
  readonly relation: Tensor2D;
  readonly tail?: Tensor2D;
  readonly projection?: Tensor2D;
  readonly relationProjection?: Tensor2D;
}

/** tfjs' `valueAndGrads` by name; each input must reach the loss. */
function valueAndGradients(
  loss: (x: Inputs) => Scalar,
  inputs: Inputs,
): { value: Scalar; gradients: Inputs } {
  const names = Object.keys(inputs) as (keyof Inputs)[];
  const named = (tensors: readonly Tensor[]) =>
    Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as unknown as Inputs;
  const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => loss(named(tensors)))(
    names.map((name) => inputs[name] as Tensor),
  );
  return { value, gradients: named(grads) };
}

function step(context: StepContext, batch: Batch): number {
  const { settings, model, extras, distiller, gradient, optimiser } = context;
  const size = batch.entity.length;
  const entityRows = tf.tensor1d(batch.entity, 'int32');
  const relationRows = tf.tensor1d(batch.relation, 'int32');
  const answerRows = tf.tensor1d(batch.answer, 'int32');
  const entities = read(model.entity.value);
  const score = scoring(settings.geometry, entities);
  // The penalty of `dot` falls on all three vectors of a triple; with `unit` only the query's length is free.
  const onTriple = settings.n3 > 0 && settings.geometry === 'dot';
  const inputs = {
    head: gatherRows(model.entity.value, entityRows), // [batch, width]
    relation: gatherRows(model.relation.value, relationRows), // [batch, width]
    ...(onTriple && { tail: gatherRows(model.entity.value, answerRows) }), // [answers, width]
    ...(extras.projection && {
      projection: read(extras.projection.value), // [width, teacher width]
      relationProjection: read(extras.relationProjection.value),
    }),
  };
  const distil = distiller && distillationInput(distiller, batch);
  const soft = batch.soft ?? distiller?.soft;
  const { targets, mass: weights } =
    soft && distiller
      ? distilledTargets(soft, batch, distiller.settings)
      : { targets: [batch.targets] as Targets[], mass: batch.mass };

  const loss = (x: Inputs): Scalar => {
    const { query } = model.encoder.forward(x.head, x.relation);
    const terms: Tensor[] = [head(query, score.table, targets, gradient)];
    if (settings.n3 > 0) {
      const mass = tf.tensor2d(weights, [size, 1]);
      const penalties = x.tail
        ? [
            model.encoder.penalty(x.head, mass),
            model.encoder.penalty(x.relation, mass),
            model.encoder.penalty(x.tail, tf.tensor2d(batch.answerWeight, [batch.answer.length, 1])),
          ]
        : [model.encoder.penalty(query, mass)];
      terms.push(tf.mul(tf.addN(penalties), settings.n3));
    }
    if (distil && x.projection && x.relationProjection) {
      const feature = tf.add(
        featureLoss(x.head, x.projection, distil.entities, distil.linked),
        featureLoss(x.relation, x.relationProjection, distil.relations, distil.matched),
      );
      terms.push(tf.mul(feature, distiller.settings.feature));
    }
    if (distil && distiller.settings.network > 0)
      terms.push(tf.mul(networkLoss(query, distil.query, distil.asked), distiller.settings.network));
    return tf.addN(terms) as Scalar;
  };
  const { value, gradients } = valueAndGradients(loss, inputs);

  // The head left the gradient by the scoring table; entity rows used elsewhere add to it.
  if (settings.geometry !== 'dot') assign(gradient, score.backward(read(gradient)));
  entities.dispose(); // else the table would be copied on write
  inputs.projection?.dispose();
  inputs.relationProjection?.dispose();
  scatterAddRows(gradient, entityRows, gradients.head);
  if (gradients.tail) scatterAddRows(gradient, answerRows, gradients.tail);
  optimiser.apply(model.entity, read(gradient));
  optimiser.apply(model.relation, segmentSum(gradients.relation, relationRows, context.relations));
  for (const name of ['projection', 'relationProjection'] as const) {
    const dProjection = gradients[name];
    if (dProjection) optimiser.apply(extras[name], dProjection);
  }
  return value.dataSync()[0];
}

/** What the teacher knows of a batch: vectors, queries, and masks where it knows nothing. */
function distillationInput({ teacher }: Distiller, batch: Batch) {
  const size = batch.entity.length;
  const column = (weight: (i: number) => number): Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: size }, (_, i) => weight(i)),
      [size, 1],
    );
  const isLinked = (i: number) => teacher.row[batch.entity[i]] >= 0;
  const isMatched = (i: number) => teacher.relation[batch.relation[i]] >= 0;
  return {
    entities: teacher.entities(batch.entity), // [batch, teacher width]
    query: teacher.query(batch.entity, batch.relation), // [batch, teacher width]
    relations: teacher.relations(batch.relation), // [batch, teacher relation width]
    linked: column((i) => (isLinked(i) ? 1 / size : 0)),
    matched: column((i) => (isMatched(i) ? 1 / size : 0)),
    asked: column((i) => (isLinked(i) && isMatched(i) ? 1 : 0)),
  };
}
