import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import type { StudentSettings, TeacherSettings } from '../config.js';
import { tf } from '../model/backend.js';
import type { Weights } from '../model/encoders/encoder.js';
import { scoring } from '../model/geometry.js';
import { head } from '../model/head.js';
import { linkLoss } from '../model/losses.js';
import {
  createModel,
  disposeModel,
  type Model,
  type ModelShape,
  pathRows,
  readWeights,
  type Start,
} from '../model/model.js';
import { assign, gatherRows, read, scatterAddRows, segmentSum } from '../model/ops.js';
import { type Optimiser, optimiserOf } from '../model/optimiser.js';
import { disposeTable, type Table } from '../model/table.js';
import type { Targets } from '../model/targets.js';
import { anchorOf } from './anchor.js';
import type { SoftTargets } from './answers.js';
import { type Batch, distilledTargets } from './batches.js';
import { chosenLinks } from './chosenLinks.js';
import { type Distiller, distillerOf, type ReadyTeacher } from './distiller.js';
import type { Job, SoftLinks } from './job.js';
import { weightAt } from './schedule.js';
import { type RowChooser, rowChooser } from './stepRows.js';
import { DEVIATION } from './warmStart.js';

/** When a step is: all that schedules and an optimiser must know. */
export interface Time {
  /** Share of all epochs done, in [0, 1]. */
  readonly share: number;
  /** Steps of the whole training, this one included. */
  readonly count: number;
}

/** A model in training. */
export interface Trainer {
  readonly settings: TeacherSettings | StudentSettings;
  readonly model: Model;
  /** Trained tables that are dropped afterwards: the projections of distillation. */
  readonly extras: Readonly<Record<string, Table>>;
  /** One optimiser step; returns the batch's loss. */
  step(batch: Batch, time: Time): number;
  dispose(): void;
}

export const shapeOf = ({ settings, rows, relations }: Job): ModelShape => ({
  encoder: settings.encoder,
  geometry: settings.geometry,
  dim: settings.dim,
  layers: settings.layers,
  heads: settings.heads,
  rows,
  relations,
});

/**
 * What a trainer goes on from: a checkpoint's tables, or starting values in place of random ones. A job that holds its rows
 * needs these values in both cases.
 */
export interface TrainerFrom {
  readonly restored?: { readonly model: Model; readonly extras: Readonly<Record<string, Table>> };
  readonly start?: Start;
  /** The job's teacher where it is loaded already, with its answers; the trainer disposes of it. */
  readonly teacher?: ReadyTeacher;
}

/**
 * A trainer for a job, from random vectors, starting values or a checkpoint's tables.
 *
 * @throws KgmentorError BAD_DATA when the teacher's folder holds no whole model
 */
export function createTrainer(job: Job, from: TrainerFrom = {}): Trainer {
  const { settings } = job;
  const optimiser = optimiserOf(settings.optimiser);
  const { slots } = optimiser;
  const options = { seed: settings.seed, deviation: DEVIATION, slots, start: from.start };
  const model = from.restored?.model ?? createModel(shapeOf(job), options);
  const distiller = distillerOf(job, model, from.teacher);
  const extras = from.restored?.extras ?? distiller?.projections(slots) ?? {};
  const anchor = job.anchor && from.start && anchorOf(job.anchor, from.start.entity);
  const chooser = rowChooser(job, model.entity, anchor);
  const relations = tf.keep(tf.scalar(2 * job.relations, 'int32'));
  const context = {
    settings,
    model,
    extras,
    distiller,
    chooser,
    relations,
    optimiser,
    softLinks: job.softLinks,
  };
  return {
    settings,
    model,
    extras,
    step(batch, time) {
      if (batch.size === 0) return 0;
      optimiser.begin(time.count, weightAt(settings.learningRate, time.share));
      return tf.tidy(() => step(context, batch, time));
    },
    dispose() {
      distiller?.dispose();
      disposeModel(model);
      for (const table of Object.values(extras)) disposeTable(table);
      chooser.dispose();
      anchor?.dispose();
      relations.dispose();
      optimiser.dispose();
    },
  };
}

interface StepContext {
  readonly settings: TeacherSettings | StudentSettings;
  readonly model: Model;
  readonly extras: Readonly<Record<string, Table>>;
  readonly distiller?: Distiller;
  readonly chooser: RowChooser;
  readonly relations: Scalar;
  readonly optimiser: Optimiser;
  readonly softLinks?: SoftLinks;
}

/** What the loss is differentiated by. */
interface Inputs {
  /** [positions, width] */
  readonly entity: Tensor2D;
  readonly relation: Tensor2D;
  /** [answers, width], where the penalty falls on them. */
  readonly answer?: Tensor2D;
  /** Softly linked rows [n, width]. */
  readonly left?: Tensor2D;
  readonly right?: Tensor2D;
  readonly weights: Weights;
  readonly projections: Readonly<Record<string, Tensor2D>>;
}

const GROUPS = ['weights', 'projections'] as const;
const ROWS = ['entity', 'relation', 'answer', 'left', 'right'] as const;

/** tfjs' `valueAndGrads` by name; each input must reach the loss. */
function valueAndGradients(
  loss: (x: Inputs) => Scalar,
  inputs: Inputs,
): { value: Scalar; gradients: Inputs } {
  const places: [group: (typeof GROUPS)[number] | '', name: string][] = [
    ...ROWS.filter((name) => inputs[name]).map((name) => ['', name] as ['', string]),
    ...GROUPS.flatMap((group) =>
      Object.keys(inputs[group]).map((name) => [group, name] as [typeof group, string]),
    ),
  ];
  const named = (tensors: readonly Tensor[]): Inputs => {
    const out: Record<string, unknown> = { weights: {}, projections: {} };
    for (const [i, [group, name]] of places.entries())
      (group === '' ? out : (out[group] as Record<string, unknown>))[name] = tensors[i];
    return out as unknown as Inputs;
  };
  const all = places.map(([group, name]) =>
    group === '' ? (inputs[name as 'entity'] as Tensor) : (inputs[group][name] as Tensor),
  );
  const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => loss(named(tensors)))(all);
  return { value, gradients: named(grads) };
}

const index = (rows: Int32Array) => tf.tensor1d(rows, 'int32');
/** Weights of rows as a column. */
const weights = (values: Float32Array) => tf.tensor2d(values, [values.length, 1]);

function step(context: StepContext, batch: Batch, time: Time): number {
  const { settings, model, extras, distiller, chooser, optimiser, softLinks } = context;
  const { rows, shape } = pathRows(batch);
  const relationRows = index(batch.relation);
  const pulled = softLinks && chosenLinks(softLinks, batch.size, settings.seed, time.count);
  const before = distiller?.isSampled ? undefined : distiller?.soft(batch);
  const needed = [
    batch.entity.filter((row) => row >= 0),
    batch.answer,
    ...(before ? [before.answer] : []),
    ...(pulled ? [pulled.left, pulled.right] : []),
  ];
  const chosen = chooser.choose(needed, time.count);
  const { entities, gradient } = chosen;
  const soft = distiller?.isSampled ? distiller.soft(batch, chosen.candidates) : before;
  const { targets: hardAndSoft, mass } = targetsOf(distiller, batch, soft, time.share);
  const targets = hardAndSoft.map(chosen.targets);
  // Answers that the teacher chose among the sample did not bring themselves into it.
  const brought = distiller?.isSampled ? [chosen.targets(batch.targets)] : targets;
  const correction = chosen.correction(brought, batch.entity);
  const score = scoring(settings.geometry, entities);
  // Not of the variable: one of which rows were gathered is copied whenever it is read as a whole.
  const vectors = (of: Int32Array) => tf.gather(entities, index(chosen.place(of)));
  // The penalty of `dot` falls on all three vectors of a triple; with `unit` only the query's length is free.
  const onTriple = settings.n3 > 0 && settings.geometry !== 'unit';
  const inputs: Inputs = {
    entity: vectors(rows),
    relation: gatherRows(model.relation.value, relationRows),
    ...(onTriple && { answer: vectors(batch.answer) }),
    ...(pulled && { left: vectors(pulled.left), right: vectors(pulled.right) }),
    weights: readWeights(model),
    projections: Object.fromEntries(Object.entries(extras).map(([name, table]) => [name, read(table.value)])),
  };
  const distil = distiller?.losses(batch, time.share);

  const loss = (x: Inputs): Scalar => {
    const activations = model.encoder.forward(x.entity, x.relation, x.weights, shape);
    const { query } = activations;
    const terms: Tensor[] = [head(query, score, targets, gradient, { correction })];
    if (settings.n3 > 0) {
      const weight = weights(mass);
      const penalties = x.answer
        ? [
            // Where an entity is hidden, some other one's row stands.
            model.encoder.penalty(x.entity, weights(mass.map((w, i) => (batch.entity[i] < 0 ? 0 : w)))),
            model.encoder.penalty(x.relation, weight),
            model.encoder.penalty(x.answer, weights(batch.answerWeight)),
          ]
        : [model.encoder.penalty(query, weight)];
      terms.push(tf.mul(tf.addN(penalties), settings.n3));
    }
    if (distil)
      terms.push(
        ...distil({ entity: x.entity, relation: x.relation, activations, projection: x.projections }),
      );
    if (x.left && x.right && pulled) {
      const apart = linkLoss(x.left, x.right, weights(pulled.weight), settings.geometry === 'l2');
      terms.push(tf.mul(apart, softLinks?.strength ?? 0));
    }
    return tf.addN(terms) as Scalar;
  };
  const { value, gradients } = valueAndGradients(loss, inputs);

  // The head left the gradient by the scoring table; entity rows used elsewhere add to it.
  if (settings.geometry === 'unit') assign(gradient, score.backward(read(gradient)));
  // Else the tables would be copied on write.
  tf.dispose([entities, ...Object.values(inputs.weights), ...Object.values(inputs.projections)]);
  const add = (at: Int32Array, by: Tensor2D) => scatterAddRows(gradient, index(chosen.place(at)), by);
  add(rows, gradients.entity);
  if (gradients.answer) add(batch.answer, gradients.answer);
  if (gradients.left && gradients.right && pulled) {
    add(pulled.left, gradients.left);
    add(pulled.right, gradients.right);
  }
  chosen.apply(optimiser, read(gradient));
  optimiser.apply(model.relation, segmentSum(gradients.relation, relationRows, context.relations));
  for (const [name, d] of Object.entries(gradients.weights)) optimiser.apply(model.weights[name], d);
  for (const [name, d] of Object.entries(gradients.projections)) optimiser.apply(extras[name], d);
  return value.dataSync()[0];
}

/** Hard answers of a batch, with the teacher's soft ones where they are distilled. */
function targetsOf(
  distiller: Distiller | undefined,
  batch: Batch,
  soft: SoftTargets | undefined,
  share: number,
): { targets: readonly Targets[]; mass: Float32Array } {
  if (!soft || !distiller) return { targets: [batch.targets], mass: batch.mass };
  const { prediction, probes } = distiller.settings;
  return distilledTargets(soft, batch, { prediction: weightAt(prediction, share), probes });
}
