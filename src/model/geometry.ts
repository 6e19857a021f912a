import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';

export type Geometry = 'dot' | 'unit';

/** How queries meet entities: what queries are multiplied with, and the way back for its gradient. */
export interface Scoring {
  /** [entities, width] */
  readonly table: Tensor2D;
  /** Gradient by the scoring table → gradient by the entity table, both [entities, width]. */
  backward(gradient: Tensor2D): Tensor2D;
}

/**
 * `dot`: s = q · e. `unit`: s = q · e / |e|; the norm of q acts as the inverse temperature, and the cosine order of a
 * vector index is the model's own order.
 *
 * @param entities [entities, width]
 */
export function scoring(geometry: Geometry, entities: Tensor2D): Scoring {
  if (geometry === 'dot') return { table: entities, backward: (gradient) => gradient };
  const inverse = tf.rsqrt(tf.add(tf.sum(tf.square(entities), 1, true), 1e-12)); // [entities, 1]
  const table = tf.mul(entities, inverse) as Tensor2D;
  return {
    table,
    backward: (gradient) => {
      const along = tf.sum(tf.mul(table, gradient), 1, true); // [entities, 1]
      return tf.mul(tf.sub(gradient, tf.mul(table, along)), inverse) as Tensor2D;
    },
  };
}
