import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { type NegativeSampler, negativeSampler } from '../kg/negatives.js';
import { seededRandom } from '../kg/random.js';
import { tf } from '../model/backend.js';
import type { Targets } from '../model/head.js';
import { createResource, gatherRows, type Resource, read } from '../model/ops.js';
import type { Optimiser } from '../model/optimiser.js';
import { gradientOf, type Table } from '../model/table.js';
import type { Job } from './job.js';

/** The rows of the entity table that a step scores and changes: all, or a sample with those that it needs. */
export interface StepRows {
  /** Their vectors [candidates, width]. */
  readonly entities: Tensor2D;
  /** What a softmax over a sample adds to the scores. */
  readonly correction?: Tensor1D;
  /** Gradient by them, to be summed up. */
  readonly gradient: Resource;
  /** Rows of the table → their places among the candidates. */
  place(rows: Int32Array): Int32Array;
  targets(targets: Targets): Targets;
  /** Changes the table by the gradient. */
  apply(optimiser: Optimiser, gradient: Tensor2D): void;
}

/** Chooses the rows of steps. */
export interface RowChooser {
  /** Inside `tf.tidy`. @param needed rows that the step names, with repeats @param count steps until now, this one included */
  choose(needed: readonly Int32Array[], count: number): StepRows;
  dispose(): void;
}

/** Up to so many rows a softmax over all of them is fast enough. */
const ALL = 100_000;
const NEGATIVES = 8192;
/** Stream of the negatives beside others of the seed. */
const STREAM = 431;

/** Entities that a step draws beside its own; undefined where it scores all. */
export function negativesOf({ settings, rows }: Pick<Job, 'settings' | 'rows'>): number | undefined {
  const asked = settings.negatives ?? (rows > ALL ? NEGATIVES : 0);
  return asked === 0 || asked >= rows ? undefined : asked;
}

/** The rows of a job's steps. @param table of all entities */
export function rowChooser(job: Job, table: Table): RowChooser {
  const negatives = negativesOf(job);
  return negatives === undefined ? allRows(table) : someRows(job, table, negatives);
}

function allRows(table: Table): RowChooser {
  const gradient = gradientOf(table);
  return {
    choose: () => ({
      entities: read(table.value),
      gradient,
      place: (rows) => rows,
      targets: (targets) => targets,
      apply: (optimiser, summed) => optimiser.apply(table, summed),
    }),
    dispose: () => gradient.handle.dispose(),
  };
}

function someRows(job: Job, table: Table, negatives: number): RowChooser {
  const sampler: NegativeSampler = negativeSampler(frequencies(job), negatives);
  let gradient: Resource | undefined;
  return {
    choose(needed, count) {
      const candidates = sampler.draw(needed, seededRandom(job.settings.seed, count, STREAM));
      const rows = tf.tensor1d(candidates.rows, 'int32');
      const entities = gatherRows(table.value, rows);
      // In place of a hidden entity some row stands, whose gradient is 0; a query without answers has some label.
      const place = (some: Int32Array) => some.map((row) => Math.max(0, candidates.at(row)));
      gradient?.handle.dispose();
      gradient = createResource(tf.zeros(entities.shape));
      return {
        entities,
        correction: tf.tensor1d(candidates.correction),
        gradient,
        place,
        targets: (targets) => ({
          ...targets,
          label: place(targets.label),
          column: place(targets.column),
        }),
        apply: (optimiser, summed) => optimiser.applyRows(table, rows, summed),
      };
    },
    dispose: () => gradient?.handle.dispose(),
  };
}

/** How often the facts name each row; evenly where the queries come from outside. */
function frequencies({ queries, rows }: Job): Int32Array {
  const times = new Int32Array(rows);
  const { entity, offset, answer } = queries;
  if (entity.length === 0) return times.fill(1);
  for (let i = 0; i < entity.length; i++) times[entity[i]] += offset[i + 1] - offset[i];
  for (const row of answer) times[row]++;
  return times;
}
