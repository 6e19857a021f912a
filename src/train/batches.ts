import { shuffled } from '../kg/random.js';
import { makeTargets, type Targets } from '../model/head.js';
import type { SoftTargets } from './answers.js';
import type { TrainingQueries } from './job.js';

/** One step's input on the host. */
export interface Batch {
  /** Indices of the batch's queries. */
  readonly at: Int32Array;
  readonly entity: Int32Array;
  readonly relation: Int32Array;
  /** [batch] sum of the answers' weights over the batch size: the weight of the query's own rows in penalties. */
  readonly mass: Float32Array;
  /** All answers of the batch and their weights over the batch size. */
  readonly answer: Int32Array;
  readonly answerWeight: Float32Array;
  readonly targets: Targets;
}

/** Queries of one epoch in the order that (seed, epoch) gives, cut into batches; a resumed run needs no other state. */
export function epochOrder(queries: TrainingQueries, seed: number, epoch: number): Int32Array {
  return shuffled(queries.entity.length, seed, epoch);
}

export const stepsOf = (queries: TrainingQueries, batch: number): number =>
  Math.ceil(queries.entity.length / batch);

export function batchOf(queries: TrainingQueries, order: Int32Array, step: number, size: number): Batch {
  const at = order.subarray(step * size, Math.min((step + 1) * size, order.length));
  const { offset, answer, weight } = rows(queries.offset, queries.answer, queries.weight, at);
  const targets = makeTargets(offset, answer, (j) => weight[j], { scale: 1 / at.length });
  return {
    at,
    entity: Int32Array.from(at, (i) => queries.entity[i]),
    relation: Int32Array.from(at, (i) => queries.relation[i]),
    mass: targets.mass,
    answer,
    answerWeight: weight.map((w) => w / at.length),
    targets,
  };
}

/**
 * The teacher's soft answers to a batch as targets of the head: KL(teacher ‖ student) · T² (Hinton et al. 2015), its
 * weight a query the teacher's reliability.
 */
export function softTargetsOf(soft: SoftTargets, batch: Batch, weight: number): Targets {
  const { offset, answer, weight: probability } = rows(soft.offset, soft.answer, soft.probability, batch.at);
  return makeTargets(offset, answer, (j, i) => probability[j] * soft.reliability[batch.at[i]], {
    temperature: soft.temperature,
    scale: (weight * soft.temperature ** 2) / batch.at.length,
  });
}

/** Compressed rows of the chosen queries. */
function rows(offset: Int32Array, answer: Int32Array, weight: Float32Array, at: Int32Array) {
  const chosen = new Int32Array(at.length + 1);
  for (let i = 0; i < at.length; i++) chosen[i + 1] = chosen[i] + offset[at[i] + 1] - offset[at[i]];
  const answers = new Int32Array(chosen[at.length]);
  const weights = new Float32Array(chosen[at.length]);
  for (let i = 0; i < at.length; i++) {
    answers.set(answer.subarray(offset[at[i]], offset[at[i] + 1]), chosen[i]);
    weights.set(weight.subarray(offset[at[i]], offset[at[i] + 1]), chosen[i]);
  }
  return { offset: chosen, answer: answers, weight: weights };
}
