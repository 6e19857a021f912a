/** N3 penalties; their gradients are written out, since they go over all rows of a batch. */
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';

/** Σ_i w_i Σ_j of what `cubed` gives for the rows, whose gradient is 3 times the other. */
const penalty =
  (cubed: (rows: Tensor2D) => { cubes: Tensor; byRows: Tensor }) =>
  (rows: Tensor2D, weight: Tensor2D): Scalar =>
    tf.customGrad((...args) => {
      const [x, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void];
      const { cubes, byRows } = cubed(x);
      save([byRows, weight]); // the tape lets go of what is not saved
      return {
        value: tf.sum(tf.mul(tf.sum(cubes, 1, true), weight)) as Scalar,
        gradFunc: (dy, [by, times]) => tf.mul(by, tf.mul(times, tf.mul(dy, 3))),
      };
    })(rows) as Scalar;

/**
 * N3 of rows of real numbers: Σ_i w_i Σ_j |x_ij|³ (Lacroix et al. 2018).
 *
 * @param rows [n, width], differentiated @param weight [n, 1]
 */
export const cubes = penalty((x) => {
  const byRows = tf.mul(x, tf.abs(x)); // x |x|
  return { cubes: tf.mul(x, byRows), byRows };
});

/** N3 of rows of complex numbers written as [re | im]: Σ_i w_i Σ_j |x_ij|³. */
export const complexCubes = penalty((x) => {
  const [re, im] = tf.split(x, 2, 1);
  const square = tf.add(tf.square(re), tf.square(im)); // [n, width / 2]
  const size = tf.sqrt(square);
  return { cubes: tf.mul(square, size), byRows: tf.mul(x, tf.concat([size, size], 1)) };
});
