import { type Random, seededRandom, shuffled } from '../kg/random.js';
import type { WalkStatistics } from '../kg/walkStatistics.js';
import { type Paths, singleHop } from '../model/paths.js';
import { makeTargets, type Targets } from '../model/targets.js';
import type { SoftTargets } from './answers.js';
import type { Job, TrainingQueries } from './job.js';

/** One step's input on the host: queries, for path encoders continued by random walks; positions are hop by hop. */
export interface Batch extends Paths {
  /** [size] Indices of the batch's queries, which are the first hops. */
  readonly at: Int32Array;
  /** Queries with known answers: means are over these. */
  readonly labelled: number;
  /** [positions] sum of the answers' weights over `labelled`: the weight of the query's own rows in penalties. */
  readonly mass: Float32Array;
  /** All answers of the batch, in compressed rows, and their weights over `labelled`. */
  readonly offset: Int32Array;
  readonly answer: Int32Array;
  readonly answerWeight: Float32Array;
  /** Bit mask of the sources that hold each answer, where it is known. */
  readonly sourceOf?: Int32Array;
  readonly targets: Targets;
}

/** Where the loop takes its batches from. */
export interface Batches {
  /** Steps an epoch. */
  readonly steps: number;
  /** Rows a batch, as far as it is known beforehand. */
  readonly size: number;
  take(epoch: number, step: number): Batch | Promise<Batch>;
  /** What the walks are like, where there are any. */
  readonly walks?: Promise<WalkStatistics>;
  /** Ends what makes the batches, where something does. */
  close?(): Promise<unknown>;
}

/** Continues the queries of a batch; see `walkingBatches`. */
export type Lengthen = (batch: Batch, epoch: number, step: number) => Batch;

/** Batches cut from columns in memory. */
export function memoryBatches(
  queries: TrainingQueries,
  { batch, seed, balance }: Pick<Job['settings'], 'batch' | 'seed' | 'balance'>,
  lengthen: Lengthen = (short) => short,
): Batches {
  const size = rowsOf(queries, batch);
  let shuffle: { epoch: number; order: Int32Array } | undefined;
  return {
    size,
    steps: stepsOf(queries, size),
    take(epoch, step) {
      if (shuffle?.epoch !== epoch) shuffle = { epoch, order: epochOrder(queries, seed, epoch) };
      const random = answersRandom(seed, epoch, step);
      return lengthen(batchOf(queries, shuffle.order, step, size, { random, balance }), epoch, step);
    },
  };
}

/** Queries of one epoch in the order that (seed, epoch) gives, cut into batches; a resumed run needs no other state. */
export function epochOrder(queries: TrainingQueries, seed: number, epoch: number): Int32Array {
  return shuffled(queries.entity.length, seed, epoch);
}

/** Rows without a known answer, which only a teacher can answer. */
const probesOf = (queries: TrainingQueries): number => {
  let probes = 0;
  for (let i = 0; i < queries.entity.length; i++) if (queries.offset[i] === queries.offset[i + 1]) probes++;
  return probes;
};

/**
 * Rows a batch: `batch` rows with answers and their share of probes, so that probes do not change the steps. Where no
 * whole number gives just as many steps, it is one that gives the most of those that give fewer.
 */
export function rowsOf(queries: TrainingQueries, batch: number): number {
  const total = queries.entity.length;
  const labelled = Math.max(1, total - probesOf(queries));
  const steps = Math.ceil(labelled / batch);
  const least = Math.ceil(total / steps);
  // With one row more a step less would do.
  const most = steps > 1 ? Math.ceil(total / (steps - 1)) - 1 : Number.POSITIVE_INFINITY;
  return Math.max(1, least, Math.min(most, Math.round((batch * total) / labelled)));
}

/**
 * Known answers of a query that a step learns from at most. Each is a row that the step gathers, so all of them of a node
 * with a million facts would fill the memory.
 */
export const MOST_ANSWERS = 8192;

/** Stream of the choice among more answers, beside those of (seed, epoch) for the order of queries. */
const STREAM = 439;

/** What {@link batchOf} chooses answers by. */
export const answersRandom = (seed: number, epoch: number, step: number): Random =>
  seededRandom(seed, epoch, step, STREAM);

export const stepsOf = (queries: TrainingQueries, size: number): number =>
  Math.ceil(queries.entity.length / size);

/**
 * The queries of one step. Of one with more than {@link MOST_ANSWERS} answers so many are drawn evenly, their weights raised
 * by what is left out, so that the loss is that of all in the mean.
 *
 * @param options.balance a query with n answers weighs n to the power 1 − balance: at 0 every fact counts the same
 * (1-vs-all, Lacroix et al. 2018), at 1 every query (the normalised labels of 1-N scoring, Dettmers et al. 2018). Answers
 * of unequal weights count as their sum over the largest.
 */
export function batchOf(
  queries: TrainingQueries,
  order: Int32Array,
  step: number,
  size: number,
  options: { readonly random?: Random; readonly balance?: number } = {},
): Batch {
  const { random = seededRandom(STREAM), balance = 0 } = options;
  const at = order.slice(step * size, (step + 1) * size);
  const { offset, chosen, share } = answersOf(queries.offset, at, random);
  const { sources } = queries;
  const answer = chosen.map((j) => queries.answer[j]);
  const weight = Float32Array.from(chosen, (j) => queries.weight[j]);
  for (const [i, drawn] of share.entries())
    if (drawn < 1) for (let j = offset[i]; j < offset[i + 1]; j++) weight[j] /= drawn;
  if (balance > 0) weighDown(offset, weight, share, balance);
  let labelled = 0;
  for (let i = 0; i < at.length; i++) if (offset[i + 1] > offset[i]) labelled++;
  const scale = 1 / Math.max(1, labelled);
  const targets = makeTargets(offset, answer, (j) => weight[j], { scale });
  return {
    at,
    ...singleHop(
      Int32Array.from(at, (i) => queries.entity[i]),
      Int32Array.from(at, (i) => queries.relation[i]),
    ),
    labelled,
    mass: targets.mass,
    offset,
    answer,
    answerWeight: weight.map((w) => w * scale),
    ...(sources && { sourceOf: chosen.map((j) => sources[j]) }),
    targets,
  };
}

/** Divides the answers' weights of each query by the number of its answers to a power. */
function weighDown(offset: Int32Array, weight: Float32Array, share: Float64Array, power: number): void {
  for (const [i, drawn] of share.entries()) {
    const row = weight.subarray(offset[i], offset[i + 1]);
    let sum = 0;
    let largest = 0;
    for (const w of row) {
      sum += w;
      largest = Math.max(largest, w);
    }
    // What was drawn of very many answers was raised by its share.
    const by = (sum / (largest * drawn)) ** power;
    if (largest > 0) for (let j = 0; j < row.length; j++) row[j] /= by;
  }
}

export interface SoftWeights {
  /** Of queries with known answers. */
  readonly prediction: number;
  /** Of probes. */
  readonly probes: number;
}

/**
 * All targets of a batch with the teacher's soft answers: KL(teacher ‖ student) · T² (Hinton et al. 2015), its weight
 * a position the teacher's reliability. At temperature 1 hard and soft answers share one softmax.
 *
 * @param soft the teacher's answers, one row a position of the batch
 * @returns the targets, and [positions] the weight of each one's rows in penalties: a probe's is its soft answers' mass
 */
export function distilledTargets(
  soft: SoftTargets,
  batch: Batch,
  weights: SoftWeights,
): { targets: Targets[]; mass: Float32Array } {
  const isProbe = (i: number) => batch.offset[i] === batch.offset[i + 1];
  const scale = 1 / Math.max(1, batch.labelled);
  const weight = (j: number, i: number) =>
    soft.probability[j] * soft.reliability[i] * (isProbe(i) ? weights.probes : weights.prediction);
  const { temperature, offset, answer } = soft;
  const softly = makeTargets(offset, answer, weight, { temperature, scale: scale * temperature ** 2 });
  const mass = batch.mass.map((hard, i) => (isProbe(i) ? softly.mass[i] : hard));
  if (temperature !== 1) return { targets: [batch.targets, softly], mass };
  const joined = join(batch, soft, (j, i) => weight(j, i) * scale);
  return { targets: [makeTargets(joined.offset, joined.answer, (j) => joined.weight[j])], mass };
}

/** The teacher's answers to the chosen queries. */
export function softOf(kept: SoftTargets, at: Int32Array): SoftTargets {
  const { offset, answer, weight } = rows(kept.offset, kept.answer, kept.probability, at);
  return {
    ...kept,
    offset,
    answer,
    probability: weight,
    reliability: Float32Array.from(at, (i) => kept.reliability[i]),
  };
}

/** Hard answers, then soft ones, of each position of a batch. */
function join(batch: Batch, soft: SoftTargets, weightOf: (j: number, i: number) => number) {
  const positions = batch.offset.length - 1;
  const total = batch.answer.length + soft.answer.length;
  const joined = {
    offset: new Int32Array(positions + 1),
    answer: new Int32Array(total),
    weight: new Float32Array(total),
  };
  let n = 0;
  for (let i = 0; i < positions; i++) {
    for (let j = batch.offset[i]; j < batch.offset[i + 1]; j++) {
      joined.answer[n] = batch.answer[j];
      joined.weight[n++] = batch.answerWeight[j];
    }
    for (let j = soft.offset[i]; j < soft.offset[i + 1]; j++) {
      joined.answer[n] = soft.answer[j];
      joined.weight[n++] = weightOf(j, i);
    }
    joined.offset[i + 1] = n;
  }
  return joined;
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

/**
 * Places of the answers that a step learns from, in their order.
 *
 * @returns compressed rows of places, and [queries] the share of each one's answers that they are
 */
function answersOf(
  offset: Int32Array,
  at: Int32Array,
  random: Random,
): { offset: Int32Array; chosen: Int32Array; share: Float64Array } {
  const share = Float64Array.from(at, (i) => shareOf(offset[i + 1] - offset[i]));
  const rows = new Int32Array(at.length + 1);
  for (const [k, i] of at.entries())
    rows[k + 1] = rows[k] + Math.min(MOST_ANSWERS, offset[i + 1] - offset[i]);
  const chosen = new Int32Array(rows[at.length]);
  let n = 0;
  for (const [k, i] of at.entries())
    for (let j = offset[i]; j < offset[i + 1]; j++) {
      // Selection sampling (Knuth, 3.4.2 S): as many as are missing, out of those that are left.
      const missing = rows[k + 1] - n;
      if (share[k] === 1 || random() * (offset[i + 1] - j) < missing) chosen[n++] = j;
    }
  return { offset: rows, chosen, share };
}

/** Share of so many answers of a query that a step learns from. */
export const shareOf = (answers: number): number => Math.min(1, MOST_ANSWERS / Math.max(1, answers));
