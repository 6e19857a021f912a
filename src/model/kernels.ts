/** The operations of `native/kernels.cc`, each one pass over its numbers where TensorFlow's own take a chain. */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import type { FusedOps, Heads } from './ops.js';

const backend = tf.backend() as unknown as {
  executeMultipleOutputs(name: string, attributes: [], inputs: Tensor[], outputs: number): Tensor[];
};
const run = <T extends Tensor[]>(name: string, outputs: T['length'], ...inputs: Tensor[]): T =>
  backend.executeMultipleOutputs(`Kgmentor${name}`, [], inputs, outputs) as T;

/** What stands for an array that is not given. */
const none = tf.keep(tf.zeros([0, 1])) as Tensor2D;

/** The heads are told by shapes. */
const pairsOf = (queryKey: Tensor2D, { size, tokens, heads }: Heads): Tensor =>
  tf.reshape(queryKey, [size, tokens, 2, heads, queryKey.shape[1] / (2 * heads)]);
const valuesOf = (value: Tensor2D, { size, tokens, heads }: Heads): Tensor =>
  tf.reshape(value, [size, tokens, heads, value.shape[1] / heads]);

/** To be called where TensorFlow has them: `hasKernels`. */
export const kernels: FusedOps = {
  exponentials(values, sign) {
    const name = sign === 1 ? 'Exponentials' : 'ExponentialsOfOpposites';
    const [exp, sum, logSum] = run<[Tensor2D, Tensor2D, Tensor2D]>(name, 3, values);
    return { exp, sum, logSum };
  },
  widened: (x, by, tail) => run<[Tensor2D]>('Widened', 1, x, tf.scalar(by), tail)[0],
  roots: (values, least) => run<[Tensor2D]>('Roots', 1, values, tf.scalar(least))[0],
  pulls(squares, least) {
    const outputs = run<[Tensor2D, Tensor2D, Tensor2D, Tensor2D]>('Pulls', 4, squares, tf.scalar(least));
    const [pull, strength, sum, logSum] = outputs;
    return { pull, strength, sum, logSum };
  },
  minus: (a, b, c) => run<[Tensor2D]>('Minus', 1, a, b, c)[0],
  complexProduct: (x, y) => run<[Tensor2D]>('ComplexProduct', 1, x, y)[0],
  complexProductBack(d, x, y) {
    const [dx, dy] = run<[Tensor2D, Tensor2D]>('ComplexProductBackward', 2, d, x, y);
    return { dx, dy };
  },
  cubes(x, isComplex) {
    const [sum, byRows] = run<[Tensor2D, Tensor2D]>(isComplex ? 'ComplexCubes' : 'Cubes', 2, x);
    return { sum, byRows };
  },
  standings: (values, own) => run<[Tensor1D]>('Standings', 1, values, own)[0],
  columnSums: (values) => run<[Tensor1D]>('ColumnSums', 1, values)[0],
  lstmStep(token, bias, before) {
    const outputs = run<[Tensor2D, Tensor2D, Tensor2D, Tensor2D]>(
      'Lstm',
      4,
      token,
      before?.gates ?? none,
      bias,
      before?.cell ?? none,
    );
    const [gates, cell, seen, hidden] = outputs;
    return { gates, cell, seen, hidden };
  },
  lstmStepBack({ gates, seen }, before, dHidden, later) {
    const [dGates, dCell] = run<[Tensor2D, Tensor2D]>(
      'LstmBackward',
      2,
      gates,
      seen,
      before ?? none,
      dHidden,
      later?.dHidden ?? none,
      later?.dCell ?? none,
    );
    return { dGates, dCell };
  },
  normalise(x, scale, shift) {
    const [y, normal, inverse] = run<[Tensor2D, Tensor2D, Tensor2D]>('LayerNorm', 3, x, scale, shift);
    return { y, normal, inverse };
  },
  normaliseBack(dy, { normal, inverse }, scale) {
    const [dx, byScale] = run<[Tensor2D, Tensor2D]>('LayerNormBackward', 2, dy, normal, inverse, scale);
    return { dx, byScale };
  },
  attentionWeights: (queryKey, by) => run<[Tensor3D]>('AttentionWeights', 1, pairsOf(queryKey, by))[0],
  attentionWeightsBack: (queryKey, weights, d, by) =>
    run<[Tensor2D]>('AttentionWeightsBackward', 1, pairsOf(queryKey, by), weights, d)[0],
  attentionMix: (weights, value, by) => run<[Tensor2D]>('AttentionMix', 1, weights, valuesOf(value, by))[0],
  attentionMixBack(weights, value, d, by) {
    const outputs = run<[Tensor3D, Tensor2D]>('AttentionMixBackward', 2, weights, valuesOf(value, by), d);
    const [dWeights, dValue] = outputs;
    return { dWeights, dValue };
  },
};
