import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { applyAdagrad, applyAdam } from './ops.js';
import type { Table } from './table.js';

export type OptimiserName = 'adagrad' | 'adam';

/** Updates whole tables in place. */
export interface Optimiser {
  /** Arrays that it keeps beside each table. */
  readonly slots: number;
  /** Begins step `count`, counted from 1 over the whole training: all else that it remembers lies in the slots. */
  begin(count: number): void;
  apply(table: Table, gradient: Tensor): void;
  dispose(): void;
}

export const optimiserOf = (name: OptimiserName, learningRate: number): Optimiser =>
  name === 'adam' ? adam(learningRate) : adagrad(learningRate);

/** Adagrad (Duchi et al. 2011); rows with a zero gradient stay as they are. */
function adagrad(learningRate: number): Optimiser {
  const rate: Scalar = tf.keep(tf.scalar(learningRate));
  const epsilon: Scalar = tf.keep(tf.scalar(1e-10));
  return {
    slots: 1,
    begin: () => {},
    apply: ({ value, slots: [accumulator] }, gradient) =>
      applyAdagrad(value, accumulator, rate, epsilon, gradient),
    dispose: () => tf.dispose([rate, epsilon]),
  };
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma and Ba 2015), epsilon after the bias correction as in the paper's algorithm. */
function adam(learningRate: number): Optimiser {
  const fixed = [learningRate, BETA1, BETA2].map((value) => tf.keep(tf.scalar(value)));
  let now: Scalar[] = [];
  const begin = (count: number) => {
    tf.dispose(now);
    const [first, second] = [BETA1 ** count, BETA2 ** count];
    // TensorFlow adds epsilon before the correction of the second moment.
    now = [first, second, EPSILON * Math.sqrt(1 - second)].map((value) => tf.keep(tf.scalar(value)));
  };
  return {
    slots: 2,
    begin,
    apply({ value, slots: [first, second] }, gradient) {
      const [rate, beta1, beta2] = fixed;
      const [power1, power2, epsilon] = now;
      applyAdam(value, first, second, { power1, power2, rate, beta1, beta2, epsilon }, gradient);
    },
    dispose: () => tf.dispose([...fixed, ...now]),
  };
}
