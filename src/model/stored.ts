import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { encoderOf } from './encoders/byName.js';
import type { Encoder } from './encoders/encoder.js';
import type { TensorFile } from './safetensors.js';

/** A model file's encoder with its layers' weights as constants, which the caller disposes. */
export function storedEncoder({ tensors, metadata }: TensorFile): {
  encoder: Encoder;
  weights: Readonly<Record<string, Tensor>>;
} {
  const encoder = encoderOf(metadata.encoder, {
    dim: Number(metadata.dim),
    layers: Number(metadata.layers ?? 1),
    heads: Number(metadata.heads ?? 1),
  });
  return {
    encoder,
    weights: Object.fromEntries(
      encoder.weights.map(({ name }) => {
        const { data, shape } = tensors[`weight.${name}`];
        return [name, tf.tensor(data as Float32Array, [...shape])];
      }),
    ),
  };
}
