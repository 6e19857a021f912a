import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { lowerBound } from '../kg/csr.js';
import { tf } from './backend.js';
import { type Pairs, type Scored, type Scoring, type Softmax, signed, valuesAt } from './geometry.js';
import { assign, assignAdd, exponentials, type Resource, scatterAddRows, segmentSum } from './ops.js';
import { scoreRows } from './scoreRows.js';
import type { Targets } from './targets.js';

interface Term {
  /** 1 / temperature */
  readonly inverse: Scalar;
  readonly isOne: boolean;
  /** [batch, 1] */
  readonly mass: Tensor2D;
  readonly answers: Pick<Targets, 'row' | 'column' | 'weight'>;
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
  const parts: { loss: Scalar; dQuery: Tensor2D }[] = [];
  const terms = targets.map(
    ({ temperature, mass, ...answers }): Term => ({
      inverse: tf.scalar(1 / temperature),
      isOne: temperature === 1,
      mass: tf.tensor2d(mass, [batch, 1]),
      answers,
    }),
  );
  const most = chunk ?? scoreRows(scoring.table.shape[0]);
  for (let from = 0; from < batch; from += most) {
    const rows = Math.min(most, batch - from);
    parts.push(tf.tidy(() => chunkPass(query, scoring, terms, gradient, { from, rows, correction })));
  }
  if (parts.length === 1) return parts[0];
  return {
    loss: tf.addN(parts.map((p) => p.loss)) as Scalar,
    dQuery: tf.concat(
      parts.map((p) => p.dQuery),
      0,
    ),
  };
}

/** Loss of some rows and its gradient by their queries; that by the table goes to `gradient`. */
function chunkPass(
  query: Tensor2D,
  scoring: Scoring,
  terms: readonly Term[],
  gradient: Resource,
  { from, rows, correction }: { from: number; rows: number; correction?: Correction },
): { loss: Scalar; dQuery: Tensor2D } {
  const whole = rows === query.shape[0];
  const slice = <R extends Tensor>(x: R): R => (whole ? x : tf.slice(x, from, rows)) as R;
  const scored = scoring.all(slice(query)); // [rows, entities]
  const added = correction && correctionOf(correction, from, rows);
  const parts = terms.map((term) => {
    const soft = softmaxOf(scored, term, added, terms.length === 1);
    const mass = slice(term.isOne ? term.mass : (tf.mul(term.mass, term.inverse) as Tensor2D));
    const pairs = answersOf(term, from, rows);
    // The softmax's denominators are weights of rows, so that nothing divides [rows, entities].
    return { soft, weight: tf.div(mass, soft.sum) as Tensor2D, pairs, loss: pairs && lossOf(soft, pairs) };
  });
  const { dQuery, dTable } =
    parts.length === 1
      ? parts[0].soft.back(parts[0].weight)
      : scored.back(
          tf.addN(parts.map(({ soft, weight }) => tf.mul(soft.exp as Tensor2D, weight))) as Tensor2D,
        );
  if (from === 0) assign(gradient, dTable);
  else assignAdd(gradient, dTable);
  dTable.dispose(); // else the table would be copied when rows are added to it
  const towards = [dQuery];
  for (const [i, { pairs }] of parts.entries()) {
    if (!pairs) continue;
    const { inverse, isOne } = terms[i];
    const weight = tf.mul(pairs.weight, isOne ? -1 : tf.neg(inverse)) as Tensor2D;
    const d = scored.backOf({ ...pairs, weight });
    towards.push(segmentSum(d.dQuery, pairs.row, tf.scalar(rows, 'int32')));
    scatterAddRows(gradient, pairs.column, d.dRows);
  }
  const losses = parts.flatMap(({ loss }) => loss ?? []);
  return {
    loss: losses.length > 0 ? (tf.addN(losses) as Scalar) : tf.scalar(0),
    dQuery: towards.length > 1 ? (tf.addN(towards) as Tensor2D) : dQuery,
  };
}

/** A term's softmax over the scores of some rows. */
interface TermSoftmax extends Softmax {
  /** [rows, entities], where other terms are there. */
  readonly exp?: Tensor2D;
  /** What it is taken of, at some pairs: [pairs, 1]. */
  logitsAt(pairs: Pairs): Tensor2D;
}

/** @param alone whether the gradient of no other term is added to its own */
function softmaxOf(
  scored: Scored,
  { inverse, isOne }: Term,
  added: Tensor | undefined,
  alone: boolean,
): TermSoftmax {
  if (alone && isOne && !added)
    return { ...scored.softmax(), logitsAt: (pairs) => signed(scored.valuesAt(pairs), scored.sign) };
  const scaled = isOne ? scored.values() : (tf.mul(scored.values(), inverse) as Tensor2D);
  const values = !added ? scaled : scored.sign === 1 ? tf.add(scaled, added) : tf.sub(added, scaled);
  const sign = added ? 1 : scored.sign;
  const { exp, ...sums } = exponentials(values as Tensor2D, sign);
  return {
    ...sums,
    exp,
    back: (weight) => scored.back(exp, weight),
    logitsAt: (pairs) => signed(valuesAt(values as Tensor2D, pairs), sign),
  };
}

/** Answers of some rows, counted from the first of these; undefined where they have none. */
function answersOf(
  { answers: { row, column, weight } }: Term,
  from: number,
  rows: number,
): Pairs | undefined {
  const begin = lowerBound(row, from, 0, row.length);
  const end = lowerBound(row, from + rows, begin, row.length);
  if (begin === end) return undefined;
  return {
    row: tf.tensor1d(
      row.subarray(begin, end).map((at) => at - from),
      'int32',
    ),
    column: tf.tensor1d(column.subarray(begin, end), 'int32'),
    weight: tf.tensor2d(weight.subarray(begin, end), [end - begin, 1]),
  };
}

/** Σ w · (log Σ exp(s) − s) over the answers. */
function lossOf({ logSum, logitsAt }: TermSoftmax, pairs: Pairs): Scalar {
  const each = tf.sub(tf.gather(logSum, pairs.row), logitsAt(pairs));
  return tf.sum(tf.mul(each, pairs.weight)) as Scalar;
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
