/**
 * Operations that tfjs does not have: variables that are updated in place, and fused kernels. The native backend has
 * TensorFlow's own, the portable one those of `portableOps`; what is above does not know which it runs on.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { isNative } from './backend.js';

/** A float32 variable. The handle must be disposed to free what it holds. */
export interface Resource {
  readonly handle: Tensor;
  readonly shape: readonly number[];
}

/** What an implementation gives; none of these is on the tape, so `customGrad` wraps what is differentiated. */
export interface Ops {
  createResource(initial: Tensor): Resource;
  /** The variable's value: dispose it before the next write, else TensorFlow copies on write. */
  read<R extends Tensor = Tensor2D>(resource: Resource): R;
  assign(resource: Resource, value: Tensor): void;
  assignAdd(resource: Resource, value: Tensor): void;
  /** Rows of a [rows, width] resource: [n, width]. */
  gatherRows(resource: Resource, rows: Tensor1D): Tensor2D;
  /** Adds updates [n, width] to the given rows; repeated rows add up. */
  scatterAddRows(resource: Resource, rows: Tensor1D, updates: Tensor2D): void;
  /** Puts values [n, width] in place of the given rows, which are distinct. */
  assignRows(resource: Resource, rows: Tensor1D, values: Tensor2D): void;
  /** Matrix product; tfjs' own goes through slower kernels. */
  matMul(a: Tensor2D, b: Tensor2D, transposeA?: boolean, transposeB?: boolean): Tensor2D;
  /** dy · y (1 − y): the gradient by what y is the sigmoid of. */
  sigmoidGradient(y: Tensor2D, dy: Tensor2D): Tensor2D;
  /** dy · (1 − y²): the gradient by what y is the tanh of. */
  tanhGradient(y: Tensor2D, dy: Tensor2D): Tensor2D;
  /** What a softmax of the rows of sign · values [n, classes] is made of. */
  exponentials(values: Tensor2D, sign: 1 | -1): Exponentials;
  /** Sum of the rows of values [n, width] by segment: [segments, width]. */
  segmentSum(values: Tensor2D, segments: Tensor1D, count: Scalar): Tensor2D;
  /** One Adagrad step in place: accumulator += g², value −= rate · g / (√accumulator + epsilon). */
  applyAdagrad(value: Resource, accumulator: Resource, rate: Scalar, epsilon: Scalar, gradient: Tensor): void;
  /** One Adam step in place; epsilon is added before the correction of the second moment. */
  applyAdam(value: Resource, first: Resource, second: Resource, by: AdamRates, gradient: Tensor): void;
}

/** Of scores s [n, classes]. */
export interface Exponentials {
  /** [n, classes] exp(s), each row up to a factor that keeps it in range */
  readonly exp: Tensor2D;
  /** [n, 1] sums of these rows */
  readonly sum: Tensor2D;
  /** [n, 1] log Σ exp(s) */
  readonly logSum: Tensor2D;
}

/** `power1` and `power2` are the betas to the power of the step's count. */
export type AdamRates = Readonly<
  Record<'power1' | 'power2' | 'rate' | 'beta1' | 'beta2' | 'epsilon', Scalar>
>;

export const {
  createResource,
  read,
  assign,
  assignAdd,
  gatherRows,
  scatterAddRows,
  assignRows,
  matMul,
  sigmoidGradient,
  tanhGradient,
  exponentials,
  segmentSum,
  applyAdagrad,
  applyAdam,
}: Ops = isNative ? await import('./nativeOps.js') : await import('./portableOps.js');
