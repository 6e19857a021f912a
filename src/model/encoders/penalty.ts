/** N3 penalties (Lacroix et al. 2018); their gradients are written out, since they go over all rows of a batch. */
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import { cubes as cubesOf } from '../ops.js';
import type { Save } from '../tape.js';

const penalty =
  (isComplex: boolean) =>
  (rows: Tensor2D, weight: Tensor2D): Scalar =>
    tf.customGrad((...args) => {
      const [x, save] = args as unknown as [Tensor2D, Save];
      const { sum, byRows } = cubesOf(x, isComplex);
      save([byRows, weight]); // the tape lets go of what is not saved
      return {
        value: tf.sum(tf.mul(sum, weight)) as Scalar,
        gradFunc: (dy, [by, times]) => tf.mul(by, tf.mul(times, tf.mul(dy, 3))),
      };
    })(rows) as Scalar;

/**
 * N3 of rows of real numbers: Σ_i w_i Σ_j |x_ij|³.
 *
 * @param rows [n, width], differentiated @param weight [n, 1]
 */
export const cubes = penalty(false);

/** N3 of rows of complex numbers written as [re | im]: Σ_i w_i Σ_j |x_ij|³. */
export const complexCubes = penalty(true);
