/** What all path encoders do with the rows of a path. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import type { PathShape, WeightSpec } from './encoder.js';

/** Deviation that keeps the size of numbers through a layer (Glorot and Bengio 2010). */
export const glorot = (from: number, to: number): { deviation: number } => ({
  deviation: Math.sqrt(2 / (from + to)),
});

/** What stands for a hidden entity. */
export const hiddenSpec = (dim: number): WeightSpec => ({
  name: 'hiddenEntity',
  shape: [1, dim],
  start: { deviation: 0.1 },
});

/** Entity rows [positions, dim] with the learned vector in place of hidden ones. */
export function withHidden(entity: Tensor2D, hidden: Tensor, { visible }: PathShape): Tensor2D {
  if (!visible) return tf.add(entity, tf.mul(hidden, 0)) as Tensor2D; // each weight must reach the loss
  return tf.add(tf.mul(entity, visible), tf.mul(tf.sub(1, visible), hidden)) as Tensor2D;
}

/** One after the other; the list itself where it holds one alone. */
export const inRows = (parts: readonly Tensor2D[]): Tensor2D =>
  parts.length === 1 ? parts[0] : (tf.concat([...parts], 0) as Tensor2D);
