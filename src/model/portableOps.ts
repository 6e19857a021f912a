/**
 * The operations of `ops` on WebAssembly: products and softmax are tfjs' own kernels, all else is plain loops over the
 * heap, where tensors lie as arrays. A view of the heap is good until the next tensor is made: the heap may move then.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { chains } from './chains.js';
import type { AdamRates, Exponentials, FusedOps, Resource } from './ops.js';

const backend = tf.backend() as unknown as {
  typedArrayFromHeap(tensor: Tensor): Float32Array | Int32Array;
};
const floats = (tensor: Tensor): Float32Array => backend.typedArrayFromHeap(tensor) as Float32Array;
const integers = (tensor: Tensor): Int32Array => backend.typedArrayFromHeap(tensor) as Int32Array;
const value = (scalar: Scalar): number => scalar.dataSync()[0];

function copy(tensor: Tensor): Tensor {
  const made = tf.zeros([...tensor.shape]);
  floats(made).set(floats(tensor));
  return made;
}

/** A resource is a kept tensor whose numbers change; kernels get copies, as products keep what they were given. */
export const createResource = (initial: Tensor): Resource => ({
  handle: tf.keep(copy(initial)),
  shape: initial.shape,
});

export const declareResource = (shape: readonly number[]): Resource => ({
  handle: tf.keep(tf.zeros([...shape])),
  shape,
});

export const read = <R extends Tensor>({ handle }: Resource): R => copy(handle) as R;

export const assign = ({ handle }: Resource, given: Tensor): void => floats(handle).set(floats(given));

export function assignAdd({ handle }: Resource, given: Tensor): void {
  const [to, from] = [floats(handle), floats(given)];
  for (let i = 0; i < to.length; i++) to[i] += from[i];
}

export const scatterAddRows = ({ handle }: Resource, rows: Tensor1D, updates: Tensor2D): void =>
  addRows(handle, rows, updates);

/** Adds row i of values [n, width] to row `rows[i]` of sums [count, width]. */
function addRows(sums: Tensor, rows: Tensor1D, values: Tensor2D): void {
  const [n, width] = values.shape;
  const [to, at, from] = [floats(sums), integers(rows), floats(values)];
  for (let i = 0; i < n; i++) {
    const start = within(at[i], sums.shape[0]) * width;
    for (let j = 0, k = i * width; j < width; j++, k++) to[start + j] += from[k];
  }
}

/** Beyond a tensor other tensors lie. */
function within(row: number, rows: number): number {
  if (row >= 0 && row < rows) return row;
  throw new RangeError(`Row ${row} of ${rows}.`);
}

export function gatherRows({ handle }: Resource, rows: Tensor1D): Tensor2D {
  const [count, width] = handle.shape;
  const made = tf.zeros([rows.shape[0], width]) as Tensor2D;
  const [to, at, from] = [floats(made), integers(rows), floats(handle)];
  for (let i = 0; i < at.length; i++) {
    const start = within(at[i], count) * width;
    to.set(from.subarray(start, start + width), i * width);
  }
  return made;
}

export function assignRows({ handle }: Resource, rows: Tensor1D, values: Tensor2D): void {
  const [count, width] = handle.shape;
  const [to, at, from] = [floats(handle), integers(rows), floats(values)];
  for (let i = 0; i < at.length; i++)
    to.set(from.subarray(i * width, (i + 1) * width), within(at[i], count) * width);
}

/** tfjs' product of transposed arrays is a plain loop, so they are transposed first: the smaller ones. */
export function matMul(a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D {
  return tf.tidy(() => {
    const second = transposeB ? (tf.transpose(b) as Tensor2D) : b;
    if (!transposeA) return tf.matMul(a, second) as Tensor2D;
    const [rows, from] = a.shape;
    const to = second.shape[1];
    // aᵀb = (bᵀa)ᵀ
    if (from * rows > to * (rows + from)) return tf.transpose(tf.matMul(tf.transpose(second), a)) as Tensor2D;
    return tf.matMul(tf.transpose(a), second) as Tensor2D;
  });
}

export const reluGradient = (y: Tensor2D, dy: Tensor2D): Tensor2D => tf.mul(dy, tf.step(y));

/** tfjs' kernel for the softmax is faster than one for each of its parts. */
function exponentialsOf(values: Tensor2D, sign: 1 | -1): Exponentials {
  const scores = sign === 1 ? values : tf.neg(values);
  const exp = tf.softmax(scores) as Tensor2D;
  const logSum = tf.sub(tf.max(scores, 1, true), tf.log(tf.max(exp, 1, true))) as Tensor2D;
  return { exp, sum: tf.ones([values.shape[0], 1]), logSum };
}

export function segmentSum(values: Tensor2D, segments: Tensor1D, count: Scalar): Tensor2D {
  const sums = tf.zeros([value(count), values.shape[1]]) as Tensor2D;
  addRows(sums, segments, values);
  return sums;
}

export function applyAdagrad(
  table: Resource,
  accumulator: Resource,
  rate: Scalar,
  epsilon: Scalar,
  gradient: Tensor,
): void {
  const [by, least] = [value(rate), value(epsilon)];
  const [x, sum, g] = [floats(table.handle), floats(accumulator.handle), floats(gradient)];
  for (let i = 0; i < x.length; i++) {
    sum[i] += g[i] * g[i];
    x[i] -= (by * g[i]) / (Math.sqrt(sum[i]) + least);
  }
}

export function applyAdam(
  table: Resource,
  first: Resource,
  second: Resource,
  by: AdamRates,
  gradient: Tensor,
): void {
  const [beta1, beta2, epsilon] = [value(by.beta1), value(by.beta2), value(by.epsilon)];
  const rate = (value(by.rate) * Math.sqrt(1 - value(by.power2))) / (1 - value(by.power1));
  const [x, m, v, g] = [table.handle, first.handle, second.handle, gradient].map(floats);
  for (let i = 0; i < x.length; i++) {
    m[i] += (g[i] - m[i]) * (1 - beta1);
    v[i] += (g[i] * g[i] - v[i]) * (1 - beta2);
    x[i] -= (rate * m[i]) / (Math.sqrt(v[i]) + epsilon);
  }
}

export const fused: FusedOps = chains({
  exponentials: exponentialsOf,
  sigmoidGradient: (y, dy) => tf.mul(dy, tf.sub(y, tf.square(y))),
  tanhGradient: (y, dy) => tf.sub(dy, tf.mul(dy, tf.square(y))),
});
