import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { applyAdagrad, applyAdam } from './ops.js';
import type { Table } from './table.js';

export type OptimiserName = 'adagrad' | 'adam';

/** Updates whole tables in place. */
export interface Optimiser {
  /** Arrays that it keeps beside each table. */
  readonly slots: number;
  /**
   * Begins step `count`, counted from 1 over the whole training, at a learning rate: all else that it remembers lies in
   * the slots.
   */
  begin(count: number, learningRate: number): void;
  apply(table: Table, gradient: Tensor): void;
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
    dispose: () => tf.dispose([...fixed, ...now]),
  };
}
