import type { Scalar, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';

/**
 * N3 of rows of real numbers: Σ_i w_i Σ_j |x_ij|³ (Lacroix et al. 2018).
 *
 * @param rows [n, width] @param weight [n, 1]
 */
export function cubes(rows: Tensor2D, weight: Tensor2D): Scalar {
  return tf.sum(tf.mul(tf.mul(tf.square(rows), tf.abs(rows)), weight)) as Scalar;
}

/** N3 of rows of complex numbers written as [re | im]: Σ_i w_i Σ_j |x_ij|³. */
export function complexCubes(rows: Tensor2D, weight: Tensor2D): Scalar {
  const [re, im] = tf.split(rows, 2, 1);
  const square = tf.add(tf.add(tf.square(re), tf.square(im)), 1e-12); // the gradient of a root at 0 is infinite
  return tf.sum(tf.mul(tf.mul(square, tf.sqrt(square)), weight)) as Scalar;
}
