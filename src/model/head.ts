import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import type { Scoring } from './geometry.js';
import { assign, assignAdd, type Resource, scatterAddRows, segmentSum, softmaxCrossEntropy } from './ops.js';
import { scoreRows } from './scoreRows.js';
import type { Targets } from './targets.js';

interface Term {
  readonly inverse: Scalar;
  readonly isOne: boolean;
  readonly label: Tensor1D;
  readonly mass: Tensor2D;
}

/**
 * What makes the softmax over a sample of entities an estimate of that over all: added to the scores after their division
 * by the temperature.
 */
export interface Correction {
  /** [entities] */
  readonly value: Tensor1D;
  /**
   * Distinct pairs (query, entity) without it, sorted by query: what a query brings along itself is always in the sample,
   * and its rare answers would else be taught lower scores than its common ones.
   */
  readonly row: Int32Array;
  readonly column: Int32Array;
}

export interface HeadOptions {
  /** Rows of scores at once; those of `scoreRows` where absent. */
  readonly chunk?: number;
  /** Answers of a query are among its pairs. */
  readonly correction?: Correction;
}

/**
 * The 1-vs-all head: the summed loss of all target sets over the scores of queries and all entities, in row chunks so
 * that memory does not grow with batch × entities. One product with the table a direction serves all terms.
 *
 * @param query [batch, width], differentiated
 * @param scoring of all entities; the gradient by its table is left in `gradient`, overwritten
 * @returns the loss, a scalar whose gradient reaches `query` through the tape
 *
 * The function must run once a step, since writing `gradient` is a side effect of the forward pass.
 */
export function head(
  query: Tensor2D,
  scoring: Scoring,
  targets: readonly Targets[],
  gradient: Resource,
  options: HeadOptions = {},
): Scalar {
  const run = tf.customGrad((...args) => {
    const [q, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void];
    const { loss, dQuery } = forward(q, scoring, targets, gradient, options);
    save([dQuery]);
    return { value: loss, gradFunc: (dy: Scalar, saved: Tensor[]) => tf.mul(saved[0], dy) };
  });
  return run(query) as Scalar;
}

function forward(
  query: Tensor2D,
  scoring: Scoring,
  targets: readonly Targets[],
  gradient: Resource,
  { chunk, correction }: HeadOptions,
): { loss: Scalar; dQuery: Tensor2D } {
  const [batch] = query.shape;
  const losses: Tensor[] = [];
  const parts: Tensor2D[] = [];
  const terms = targets.map(
    (t): Term => ({
      inverse: tf.scalar(1 / t.temperature),
      isOne: t.temperature === 1,
      label: tf.tensor1d(t.label, 'int32'),
      mass: tf.tensor2d(t.mass, [batch, 1]),
    }),
  );
  const most = chunk ?? scoreRows(scoring.table.shape[0]);
  for (let from = 0; from < batch; from += most) {
    const rows = Math.min(most, batch - from);
    const { loss, dQuery, dTable } = tf.tidy(() =>
      chunkPass(query, scoring, terms, { from, rows, correction }),
    );
    if (from === 0) assign(gradient, dTable);
    else assignAdd(gradient, dTable);
    dTable.dispose();
    losses.push(loss);
    parts.push(dQuery);
  }
  let dQuery = parts.length === 1 ? parts[0] : tf.concat(parts, 0);
  for (const [i, t] of targets.entries()) {
    if (t.row.length === 0) continue;
    const row = tf.tensor1d(t.row, 'int32');
    const column = tf.tensor1d(t.column, 'int32');
    const coefficient = tf.mul(tf.tensor2d(t.coefficient, [t.row.length, 1]), terms[i].inverse) as Tensor2D; // [entries, 1]
    // [entries, width] both
    const pairs = scoring.pairs(tf.gather(query, row), tf.gather(scoring.table, column) as Tensor2D);
    losses.push(tf.sum(tf.mul(pairs.scores, coefficient)));
    const d = pairs.back(coefficient);
    dQuery = tf.add(dQuery, segmentSum(d.dQuery, row, tf.scalar(batch, 'int32')));
    scatterAddRows(gradient, column, d.dRows);
  }
  return { loss: tf.addN(losses.map((l) => l.asScalar())), dQuery };
}

function chunkPass(
  query: Tensor2D,
  scoring: Scoring,
  terms: readonly Term[],
  { from, rows, correction }: { from: number; rows: number; correction?: Correction },
): { loss: Scalar; dQuery: Tensor2D; dTable: Tensor2D } {
  const whole = rows === query.shape[0];
  const slice = <R extends Tensor>(x: R): R => (whole ? x : tf.slice(x, from, rows)) as R;
  const { scores, back } = scoring.all(slice(query)); // [rows, entities]
  const added = correction && correctionOf(correction, from, rows);
  const parts = terms.map((term) => {
    const mass = slice(term.mass); // [rows, 1]
    const scaled = term.isOne ? scores : (tf.mul(scores, term.inverse) as Tensor2D);
    const logits = added ? (tf.add(scaled, added) as Tensor2D) : scaled;
    const [loss, dScores] = softmaxCrossEntropy(logits, slice(term.label));
    const weight = (term.isOne ? mass : tf.mul(mass, term.inverse)) as Tensor2D;
    return { loss: tf.sum(tf.mul(loss, tf.squeeze(mass, [1]))) as Scalar, dScores, weight };
  });
  if (parts.length === 1) {
    const [{ loss, dScores, weight }] = parts;
    return { loss, ...back(dScores, weight) };
  }
  const dScores = tf.addN(parts.map((p) => tf.mul(p.dScores, p.weight))) as Tensor2D;
  return { loss: tf.addN(parts.map((p) => p.loss)) as Scalar, ...back(dScores) };
}

/** What is added to the scores of some rows [rows, entities], inside `tf.tidy`. */
export function correctionOf({ value, row, column }: Correction, from: number, rows: number): Tensor {
  const at: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < row.length; i++)
    if (row[i] >= from && row[i] < from + rows) {
      at.push(row[i] - from, column[i]);
      columns.push(column[i]);
    }
  if (columns.length === 0) return value;
  const own = tf.gather(value, tf.tensor1d(columns, 'int32'));
  const pairs = tf.tensor2d(at, [columns.length, 2], 'int32');
  return tf.sub(value, tf.scatterND(pairs, own, [rows, value.shape[0]]));
}
