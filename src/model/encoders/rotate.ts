import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import { complexProduct } from '../tape.js';
import type { EncoderKind } from './encoder.js';
import { cubes } from './penalty.js';

/**
 * RotatE (Sun et al. 2019): entities are complex, [re | im]; a relation is one phase a complex number and turns the
 * head. The score of (h, r, t) is −|q − t|₂ with q = h ∘ e^{iφ}.
 */
export const rotate: EncoderKind = ({ dim }) => ({
  name: 'rotate',
  kind: 'triple',
  width: { entity: dim, relation: dim / 2, query: dim },
  weights: [],
  forward: (entity, phase) => ({
    query: complexProduct(entity, tf.concat([tf.cos(phase), tf.sin(phase)], 1) as Tensor2D),
    states: [],
  }),
  penalty: cubes,
});
