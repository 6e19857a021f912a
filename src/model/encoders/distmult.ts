import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import type { EncoderKind } from './encoder.js';
import { cubes } from './penalty.js';

/**
 * DistMult (Yang et al. 2015): the score of (h, r, t) is q · t with q = h ∘ r over real numbers. Symmetric in h and t;
 * the reciprocal relation has a vector of its own, so that heads and tails may still be answered differently.
 */
export const distmult: EncoderKind = ({ dim }) => ({
  name: 'distmult',
  kind: 'triple',
  width: { entity: dim, relation: dim, query: dim },
  weights: [],
  forward: (entity, relation) => ({ query: tf.mul(entity, relation) as Tensor2D, states: [] }),
  penalty: cubes,
});
