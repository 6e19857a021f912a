import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import type { EncoderKind } from './encoder.js';
import { complexCubes } from './penalty.js';

const halves = (x: Tensor2D): [Tensor2D, Tensor2D] => tf.split(x, 2, 1) as [Tensor2D, Tensor2D];

/** The product of complex numbers written as [re | im], row by row. */
export function complexProduct(x: Tensor2D, y: Tensor2D): Tensor2D {
  const [a, b] = halves(x); // [n, dim / 2]
  const [c, d] = halves(y);
  return tf.concat([tf.sub(tf.mul(a, c), tf.mul(b, d)), tf.add(tf.mul(a, d), tf.mul(b, c))], 1) as Tensor2D;
}

/**
 * ComplEx (Trouillon et al. 2016): vectors are complex, written as [re | im]. The score of (h, r, t) is
 * Re⟨h ∘ r, conj(t)⟩ = q · t with q = h ∘ r, so one product scores all tails. Heads are asked by reciprocal relations
 * (Lacroix et al. 2018), whose N3 penalty is Σ |x|³ over the complex numbers x.
 */
export const complex: EncoderKind = ({ dim }) => ({
  name: 'complex',
  kind: 'triple',
  width: { entity: dim, relation: dim, query: dim },
  weights: [],
  forward: (entity, relation) => ({ query: complexProduct(entity, relation), states: [] }),
  penalty: complexCubes,
});
