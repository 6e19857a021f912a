/** The operations of `native/kernels.cc`, each one pass over its numbers where TensorFlow's own take a chain. */
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import type { FusedOps } from './ops.js';

const backend = tf.backend() as unknown as {
  executeMultipleOutputs(name: string, attributes: [], inputs: Tensor[], outputs: number): Tensor[];
};
const run = <T extends Tensor[]>(name: string, outputs: T['length'], ...inputs: Tensor[]): T =>
  backend.executeMultipleOutputs(`Kgmentor${name}`, [], inputs, outputs) as T;

/** What stands for an array that is not given. */
const none = tf.keep(tf.zeros([0, 1])) as Tensor2D;

/** To be called where TensorFlow has them: `hasKernels`. */
export const kernels: FusedOps = {
  exponentials(values, sign) {
    const name = sign === 1 ? 'Exponentials' : 'ExponentialsOfOpposites';
    const [exp, sum, logSum] = run<[Tensor2D, Tensor2D, Tensor2D]>(name, 3, values);
    return { exp, sum, logSum };
  },
  roots: (values, least) => run<[Tensor2D]>('Roots', 1, values, tf.scalar(least))[0],
  pulls(squares, least) {
    const [pull, sum, logSum] = run<[Tensor2D, Tensor2D, Tensor2D]>('Pulls', 3, squares, tf.scalar(least));
    return { pull, sum, logSum };
  },
  less: (a, b, c) => run<[Tensor2D]>('Less', 1, a, b, c)[0],
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
};
