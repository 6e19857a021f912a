import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { applyAdagrad, applyAdam, assignRows, gatherRows } from './ops.js';
import type { Table } from './table.js';

export type OptimiserName = 'adagrad' | 'adam';

/** Updates tables in place. */
export interface Optimiser {
  /** Arrays that it keeps beside each table. */
  readonly slots: number;
  /**
   * Begins step `count`, counted from 1 over the whole training, at a learning rate: all else that it remembers lies in
   * the slots.
   */
  begin(count: number, learningRate: number): void;
  apply(table: Table, gradient: Tensor): void;
  /**
   * Updates some rows alone, so that a step's cost does not grow with the table; what is remembered of the others stays,
   * which makes Adam the lazy one.
   *
   * @param rows distinct @param gradient [rows, width]
   */
  applyRows(table: Table, rows: Tensor1D, gradient: Tensor2D): void;
  dispose(): void;
}

export const optimiserOf = (name: OptimiserName): Optimiser => (name === 'adam' ? adam() : adagrad());

/** Adagrad (Duchi et al. 2011); rows with a zero gradient stay as they are. */
function adagrad(): Optimiser {
  let rate: Scalar | undefined;
  const epsilon: Scalar = tf.keep(tf.scalar(1e-10));
  return {
    slots: 1,
    begin(_count, learningRate) {
      rate?.dispose();
      rate = tf.keep(tf.scalar(learningRate));
    },
    apply: ({ value, slots: [accumulator] }, gradient) =>
      applyAdagrad(value, accumulator, rate as Scalar, epsilon, gradient),
    applyRows: ({ value, slots: [accumulator] }, rows, gradient) =>
      tf.tidy(() => {
        const sum = tf.add(gatherRows(accumulator, rows), tf.square(gradient)) as Tensor2D;
        const change = tf.div(tf.mul(gradient, rate as Scalar), tf.add(tf.sqrt(sum), epsilon));
        assignRows(accumulator, rows, sum);
        assignRows(value, rows, tf.sub(gatherRows(value, rows), change) as Tensor2D);
      }),
    dispose: () => tf.dispose(rate ? [rate, epsilon] : [epsilon]),
  };
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma and Ba 2015), epsilon after the bias correction as in the paper's algorithm. */
function adam(): Optimiser {
  const fixed = [BETA1, BETA2].map((value) => tf.keep(tf.scalar(value)));
  let now: Scalar[] = [];
  const begin = (count: number, learningRate: number) => {
    tf.dispose(now);
    const [first, second] = [BETA1 ** count, BETA2 ** count];
    // TensorFlow adds epsilon before the correction of the second moment.
    const values = [learningRate, first, second, EPSILON * Math.sqrt(1 - second)];
    now = values.map((value) => tf.keep(tf.scalar(value)));
  };
  return {
    slots: 2,
    begin,
    apply({ value, slots: [first, second] }, gradient) {
      const [beta1, beta2] = fixed;
      const [rate, power1, power2, epsilon] = now;
      applyAdam(value, first, second, { power1, power2, rate, beta1, beta2, epsilon }, gradient);
    },
    applyRows: ({ value, slots: [first, second] }, rows, gradient) =>
      tf.tidy(() => {
        const [beta1, beta2] = fixed;
        const [rate, power1, power2, epsilon] = now;
        const towards = (old: Tensor2D, to: Tensor2D, beta: Scalar) =>
          tf.add(old, tf.mul(tf.sub(to, old), tf.sub(1, beta))) as Tensor2D;
        const m = towards(gatherRows(first, rows), gradient, beta1);
        const v = towards(gatherRows(second, rows), tf.square(gradient) as Tensor2D, beta2);
        const by = tf.div(tf.mul(rate, tf.sqrt(tf.sub(1, power2))), tf.sub(1, power1));
        const change = tf.div(tf.mul(m, by), tf.add(tf.sqrt(v), epsilon));
        assignRows(first, rows, m);
        assignRows(second, rows, v);
        assignRows(value, rows, tf.sub(gatherRows(value, rows), change) as Tensor2D);
      }),
    dispose: () => tf.dispose([...fixed, ...now]),
  };
}
