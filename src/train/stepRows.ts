import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { type Candidates, everyRow, type NegativeSampler, negativeSampler } from '../kg/negatives.js';
import { seededRandom } from '../kg/random.js';
import { tf } from '../model/backend.js';
import type { Correction } from '../model/head.js';
import { declareResource, gatherRows, type Resource, read } from '../model/ops.js';
import type { Optimiser } from '../model/optimiser.js';
import type { Table } from '../model/table.js';
import type { Targets } from '../model/targets.js';
import type { Anchor } from './anchor.js';
import { shareOf } from './batches.js';
import type { Job } from './job.js';
import { negativesOf } from './negativesOf.js';

/** The rows of the entity table that a step scores and changes: all, or a sample with those that it needs. */
export interface StepRows {
  /** Which they are, until the next step chooses. */
  readonly candidates: Candidates;
  /** Their vectors [candidates, width]. */
  readonly entities: Tensor2D;
  /**
   * What a softmax over a sample adds to the scores; undefined for all rows.
   *
   * @param targets of the step, by {@link targets} @param entity [positions] the queries' own, or -1
   */
  correction(targets: readonly Targets[], entity: Int32Array): Correction | undefined;
  /** Gradient by them, to be summed up: written before all else. */
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

/** Stream of the negatives beside others of the seed. */
const STREAM = 431;

/** The rows of a job's steps. @param table of all entities @param anchor holds its rows where they are to be held */
export function rowChooser(job: Job, table: Table, anchor?: Anchor): RowChooser {
  const negatives = negativesOf(job);
  return negatives === undefined ? allRows(job.rows, table, anchor) : someRows(job, table, negatives, anchor);
}

function allRows(count: number, table: Table, anchor: Anchor | undefined): RowChooser {
  const gradients = gradientsOf();
  const candidates = everyRow(count);
  return {
    choose: () => ({
      candidates,
      entities: read(table.value),
      correction: () => undefined,
      gradient: gradients.next(table.value.shape),
      place: (rows) => rows,
      targets: (targets) => targets,
      apply(optimiser, summed) {
        optimiser.apply(table, anchor ? anchor.hold(summed) : summed);
        anchor?.draw(table);
      },
    }),
    dispose: gradients.dispose,
  };
}

/** A variable a step: one of which rows were changed is copied whenever it is written or read as a whole. */
function gradientsOf(): { next(shape: readonly number[]): Resource; dispose(): void } {
  let last: Resource | undefined;
  const dispose = () => last?.handle.dispose();
  return {
    next(shape) {
      dispose();
      last = declareResource(shape);
      return last;
    },
    dispose,
  };
}

function someRows(job: Job, table: Table, negatives: number, anchor: Anchor | undefined): RowChooser {
  const sampler: NegativeSampler = negativeSampler(job.rows, negatives, frequencies(job));
  const gradients = gradientsOf();
  return {
    choose(needed, count) {
      const candidates = sampler.draw(needed, seededRandom(job.settings.seed, count, STREAM));
      const rows = tf.tensor1d(candidates.rows, 'int32');
      const entities = gatherRows(table.value, rows);
      // In place of a hidden entity some row stands, whose gradient is 0.
      const place = (some: Int32Array) => some.map((row) => Math.max(0, candidates.at(row)));
      return {
        candidates,
        entities,
        correction: (targets, entity) => ({
          value: tf.tensor1d(candidates.correction),
          ...ownPairs(
            targets,
            entity.map((row) => (row < 0 ? row : candidates.at(row))),
            candidates.rows.length,
          ),
        }),
        gradient: gradients.next(entities.shape),
        place,
        targets: (targets) => ({ ...targets, column: place(targets.column) }),
        apply(optimiser, summed) {
          optimiser.applyRows(table, rows, anchor ? anchor.hold(summed, rows) : summed);
          anchor?.draw(table, rows);
        },
      };
    },
    dispose: gradients.dispose,
  };
}

/**
 * Pairs of positions and candidates that are in the sample because of that very position, sorted.
 *
 * @param entity [positions] places of the queries' entities, or -1
 */
function ownPairs(
  targets: readonly Targets[],
  entity: Int32Array,
  candidates: number,
): Pick<Correction, 'row' | 'column'> {
  const pairs = new Set<number>();
  for (const [p, at] of entity.entries()) if (at >= 0) pairs.add(p * candidates + at);
  for (const { row, column } of targets)
    for (const [i, p] of row.entries()) pairs.add(p * candidates + column[i]);
  const sorted = Float64Array.from(pairs).sort();
  return {
    row: Int32Array.from(sorted, (pair) => Math.floor(pair / candidates)),
    column: Int32Array.from(sorted, (pair) => pair % candidates),
  };
}

/** How often an epoch needs each row, in the mean; undefined where the queries come from outside. */
export function frequencies({ queries, rows }: Pick<Job, 'queries' | 'rows'>): Float64Array | undefined {
  const { entity, offset, answer } = queries;
  if (entity.length === 0) return undefined;
  const times = new Float64Array(rows);
  for (const [i, row] of entity.entries()) {
    times[row]++;
    const share = shareOf(offset[i + 1] - offset[i]);
    for (let j = offset[i]; j < offset[i + 1]; j++) times[answer[j]] += share;
  }
  return times;
}
