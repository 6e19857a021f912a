/** Parts of networks whose gradient the tape knows. */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import {
  attentionMixBack,
  attentionMix as attentionMixOf,
  attentionWeightsBack,
  attentionWeights as attentionWeightsOf,
  columnSums,
  complexProductBack,
  complexProduct as complexProductOf,
  type Heads,
  matMul,
  normalise,
  normaliseBack,
  type Ops,
  reluGradient,
} from './ops.js';

/** The last argument of what `tf.customGrad` differentiates: keeps tensors for the way back. */
export type Save = (tensors: Tensor[]) => void;

/** Matrix product by the faster kernel of `ops`, differentiated. */
export const product = (a: Tensor2D, b: Tensor2D, transposeB = false): Tensor2D =>
  tf.customGrad((...args) => {
    const [x, y, save] = args as unknown as [Tensor2D, Tensor2D, Save];
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
  tf.customGrad((...args) => {
    const [given, by, shift, save] = args as unknown as [Tensor2D, Tensor2D, Tensor1D, Save];
    save([given, by]);
    return {
      value: tf.add(matMul(given, by), shift),
      gradFunc: (dy, saved) => {
        const [u, v] = saved as [Tensor2D, Tensor2D];
        const d = dy as Tensor2D;
        return [matMul(d, v, false, true), matMul(u, d, true, false), columnSums(d)];
      },
    };
  })(x, weight, bias) as Tensor2D;

/** Rows of mean 0 and deviation 1, scaled and shifted (Ba et al. 2016); x [n, width], scale and shift [width]. */
export const layerNorm = (x: Tensor2D, scale: Tensor, shift: Tensor): Tensor2D =>
  tf.customGrad((...args) => {
    const [given, by, moved, save] = args as unknown as [Tensor2D, Tensor1D, Tensor1D, Save];
    const { y, normal, inverse } = normalise(given, by, moved);
    save([normal, inverse, by]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const d = dy as Tensor2D;
        const [kept, deviation, scaled] = saved as [Tensor2D, Tensor2D, Tensor1D];
        const { dx, byScale } = normaliseBack(d, { normal: kept, inverse: deviation }, scaled);
        return [dx, columnSums(byScale), columnSums(d)];
      },
    };
  })(x, scale, shift) as Tensor2D;

/** The positive part of x. */
export const relu = (x: Tensor2D): Tensor2D =>
  tf.customGrad((...args) => {
    const [given, save] = args as unknown as [Tensor2D, Save];
    const y = tf.relu(given);
    save([y]);
    return { value: y, gradFunc: (dy, saved) => reluGradient(saved[0] as Tensor2D, dy as Tensor2D) };
  })(x) as Tensor2D;

/** The product of complex numbers written as [re | im], row by row. */
export const complexProduct = (x: Tensor2D, y: Tensor2D): Tensor2D =>
  tf.customGrad((...args) => {
    const [a, b, save] = args as unknown as [Tensor2D, Tensor2D, Save];
    save([a, b]);
    return {
      value: complexProductOf(a, b),
      gradFunc: (d, saved) => {
        const { dx, dy } = complexProductBack(d as Tensor2D, saved[0] as Tensor2D, saved[1] as Tensor2D);
        return [dx, dy];
      },
    };
  })(x, y) as Tensor2D;

/** Causal attention's weights, differentiated by queries and keys: see `attentionWeights` of {@link Ops}. */
export const attentionWeights = (queryKey: Tensor2D, by: Heads): Tensor3D =>
  tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor2D, Save];
    const weights = attentionWeightsOf(x, by);
    save([x, weights]);
    return {
      value: weights,
      gradFunc: (d, [pairs, kept]) =>
        attentionWeightsBack(pairs as Tensor2D, kept as Tensor3D, d as Tensor3D, by),
    };
  })(queryKey) as Tensor3D;

/** What attention makes of values, differentiated by both: see `attentionMix` of {@link Ops}. */
export const attentionMix = (weights: Tensor3D, value: Tensor2D, by: Heads): Tensor2D =>
  tf.customGrad((...args) => {
    const [given, mixed, save] = args as unknown as [Tensor3D, Tensor2D, Save];
    save([given, mixed]);
    return {
      value: attentionMixOf(given, mixed, by),
      gradFunc: (d, [w, v]) => {
        const { dWeights, dValue } = attentionMixBack(w as Tensor3D, v as Tensor2D, d as Tensor2D, by);
        return [dWeights, dValue];
      },
    };
  })(weights, value) as Tensor2D;
