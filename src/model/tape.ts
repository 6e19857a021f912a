/** Parts of networks whose gradient the tape knows. */
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { matMul } from './ops.js';

/** Matrix product by the faster kernel of `ops`, differentiated. */
export const product = (a: Tensor2D, b: Tensor2D, transposeB = false): Tensor2D =>
  tf.customGrad((...args) => {
    const [x, y, save] = args as unknown as [Tensor2D, Tensor2D, (tensors: Tensor2D[]) => void];
    save([x, y]);
    return {
      value: matMul(x, y, false, transposeB),
      gradFunc: (dy, saved) => {
        const [u, v] = saved as [Tensor2D, Tensor2D];
        const d = dy as Tensor2D;
        return transposeB
          ? [matMul(d, v), matMul(d, u, true, false)]
          : [matMul(d, v, false, true), matMul(u, d, true, false)];
      },
    };
  })(a, b) as Tensor2D;

/** x · weight + bias; x [n, from], weight [from, to], bias [to]. */
export const linear = (x: Tensor2D, weight: Tensor, bias: Tensor): Tensor2D =>
  tf.add(product(x, weight as Tensor2D), bias as Tensor1D) as Tensor2D;

/** Rows of mean 0 and deviation 1, scaled and shifted (Ba et al. 2016); x [n, width], scale and shift [width]. */
export function layerNorm(x: Tensor2D, scale: Tensor, shift: Tensor): Tensor2D {
  const centred = tf.sub(x, tf.mean(x, 1, true)); // [n, width]
  const variance = tf.mean(tf.square(centred), 1, true); // [n, 1]
  const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normal, scale), shift) as Tensor2D;
}
