import type { Scalar, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import type { Encoder } from './encoder.js';

const halves = (x: Tensor2D): [Tensor2D, Tensor2D] => tf.split(x, 2, 1) as [Tensor2D, Tensor2D];

/**
 * ComplEx (Trouillon et al. 2016): vectors are complex, written as [re | im]. The score of (h, r, t) is
 * Re⟨h ∘ r, conj(t)⟩ = q · t with q = h ∘ r, so one product scores all tails. Heads are asked by reciprocal relations
 * (Lacroix et al. 2018), whose N3 penalty is Σ |x|³ over the complex numbers x.
 */
export const complex: Encoder = {
  name: 'complex',
  width: (dim) => ({ entity: dim, relation: dim, query: dim }),
  forward(entity, relation) {
    const [a, b] = halves(entity); // [batch, dim / 2]
    const [c, d] = halves(relation);
    const query = tf.concat([tf.sub(tf.mul(a, c), tf.mul(b, d)), tf.add(tf.mul(a, d), tf.mul(b, c))], 1);
    return { query: query as Tensor2D, states: [] };
  },
  penalty(rows, weight) {
    const [re, im] = halves(rows);
    const square = tf.add(tf.add(tf.square(re), tf.square(im)), 1e-12); // the gradient of a root at 0 is infinite
    return tf.sum(tf.mul(tf.mul(square, tf.sqrt(square)), weight)) as Scalar;
  },
};
