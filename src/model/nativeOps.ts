/**
 * TensorFlow operations that tfjs does not wrap, called through the node backend: resource variables, updated in place,
 * and fused kernels, our own where they are there. A variable of which rows were gathered or changed is copied when it is
 * read as a whole.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { hasKernels, tf } from './backend.js';
import { chains } from './chains.js';
import { kernels } from './kernels.js';
import type { AdamRates, Exponentials, FusedOps, Resource } from './ops.js';

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}
interface NodeBackend {
  binding: Record<string, number>;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
}

const backend = tf.backend() as unknown as NodeBackend;
const code = backend.binding;
const FLOAT = code.TF_FLOAT;
const INT = code.TF_INT32;
const attribute = {
  type: (name: string, value: number): Attribute => ({ name, type: code.TF_ATTR_TYPE, value }),
  flag: (name: string, value: boolean): Attribute => ({ name, type: code.TF_ATTR_BOOL, value }),
  text: (name: string, value: string): Attribute => ({ name, type: code.TF_ATTR_STRING, value }),
  int: (name: string, value: number): Attribute => ({ name, type: code.TF_ATTR_INT, value }),
  shape: (name: string, value: readonly number[]): Attribute => ({ name, type: code.TF_ATTR_SHAPE, value }),
};
const T = attribute.type('T', FLOAT);
const DTYPE = attribute.type('dtype', FLOAT);
const INDEX = attribute.type('Tindices', INT);

// With this marker TensorFlow makes a variable without a name, which dies with its handle; a named one leaks.
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

export function createResource(initial: Tensor): Resource {
  const resource = declareResource(initial.shape);
  assign(resource, initial);
  return resource;
}

export function declareResource(shape: readonly number[]): Resource {
  const name = attribute.text('shared_name', ANONYMOUS);
  const attributes = [attribute.text('container', ''), name, DTYPE, attribute.shape('shape', shape)];
  return { handle: tf.keep(backend.executeSingleOutput('VarHandleOp', attributes, [])), shape };
}

export function read<R extends Tensor = Tensor2D>(resource: Resource): R {
  return backend.executeSingleOutput('ReadVariableOp', [DTYPE], [resource.handle]) as R;
}

export function assign(resource: Resource, value: Tensor): void {
  backend.executeMultipleOutputs('AssignVariableOp', [DTYPE], [resource.handle, value], 0);
}

export function assignAdd(resource: Resource, value: Tensor): void {
  backend.executeMultipleOutputs('AssignAddVariableOp', [DTYPE], [resource.handle, value], 0);
}

export function gatherRows(resource: Resource, rows: Tensor1D): Tensor2D {
  return backend.executeSingleOutput(
    'ResourceGather',
    [DTYPE, INDEX, attribute.flag('validate_indices', true), attribute.int('batch_dims', 0)],
    [resource.handle, rows],
  ) as Tensor2D;
}

export function scatterAddRows(resource: Resource, rows: Tensor1D, updates: Tensor2D): void {
  backend.executeMultipleOutputs('ResourceScatterAdd', [DTYPE, INDEX], [resource.handle, rows, updates], 0);
}

export function assignRows(resource: Resource, rows: Tensor1D, values: Tensor2D): void {
  backend.executeMultipleOutputs('ResourceScatterUpdate', [DTYPE, INDEX], [resource.handle, rows, values], 0);
}

export function matMul(a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D {
  return backend.executeSingleOutput(
    'MatMul',
    [T, attribute.flag('transpose_a', transposeA), attribute.flag('transpose_b', transposeB)],
    [a, b],
  ) as Tensor2D;
}

/** Of an activation's output and the gradient by it. */
const gradientBy =
  (name: string) =>
  (y: Tensor2D, dy: Tensor2D): Tensor2D =>
    backend.executeSingleOutput(name, [T], [y, dy]) as Tensor2D;

export const reluGradient = (y: Tensor2D, dy: Tensor2D): Tensor2D =>
  backend.executeSingleOutput('ReluGrad', [T], [dy, y]) as Tensor2D;

function exponentialsOf(values: Tensor2D, sign: 1 | -1): Exponentials {
  const first = sign === 1 ? tf.max(values, 1, true) : tf.min(values, 1, true); // [n, 1]
  const exp = tf.tidy(() => tf.exp(sign === 1 ? tf.sub(values, first) : tf.sub(first, values))) as Tensor2D;
  const sum = tf.sum(exp, 1, true) as Tensor2D;
  const top = sign === 1 ? first : tf.neg(first);
  return { exp, sum, logSum: tf.add(tf.log(sum), top) as Tensor2D };
}

export function segmentSum(values: Tensor2D, segments: Tensor1D, count: Scalar): Tensor2D {
  return backend.executeSingleOutput(
    'UnsortedSegmentSum',
    [T, INDEX, attribute.type('Tnumsegments', INT)],
    [values, segments, count],
  ) as Tensor2D;
}

export function applyAdagrad(
  value: Resource,
  accumulator: Resource,
  rate: Scalar,
  epsilon: Scalar,
  gradient: Tensor,
): void {
  backend.executeMultipleOutputs(
    'ResourceApplyAdagradV2',
    [T, attribute.flag('use_locking', false), attribute.flag('update_slots', true)],
    [value.handle, accumulator.handle, rate, epsilon, gradient],
    0,
  );
}

export function applyAdam(
  value: Resource,
  first: Resource,
  second: Resource,
  by: AdamRates,
  gradient: Tensor,
): void {
  backend.executeMultipleOutputs(
    'ResourceApplyAdam',
    [T, attribute.flag('use_locking', false), attribute.flag('use_nesterov', false)],
    [
      ...[value, first, second].map(({ handle }) => handle),
      ...[by.power1, by.power2, by.rate, by.beta1, by.beta2, by.epsilon],
      gradient,
    ],
    0,
  );
}

/** The fused operations by TensorFlow's own. */
export const composed: FusedOps = chains({
  exponentials: exponentialsOf,
  sigmoidGradient: gradientBy('SigmoidGrad'),
  tanhGradient: gradientBy('TanhGrad'),
});

export const fused: FusedOps = hasKernels ? kernels : composed;
