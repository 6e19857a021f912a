import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import type { EncoderKind } from './encoder.js';
import { cubes } from './penalty.js';

/** TransE (Bordes et al. 2013): the score of (h, r, t) is −|q − t|₂ with q = h + r. */
export const transe: EncoderKind = ({ dim }) => ({
  name: 'transe',
  kind: 'triple',
  width: { entity: dim, relation: dim, query: dim },
  weights: [],
  forward: (entity, relation) => ({ query: tf.add(entity, relation) as Tensor2D, states: [] }),
  penalty: cubes,
});
