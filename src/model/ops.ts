/**
 * Operations that tfjs does not have: variables that are updated in place, and fused kernels. The native backend has
 * TensorFlow's own and, on a CPU, those of `kernels`, the portable one those of `portableOps`; what is above does not know
 * which it runs on.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { isNative } from './backend.js';

/** A float32 variable. The handle must be disposed to free what it holds. */
export interface Resource {
  readonly handle: Tensor;
  readonly shape: readonly number[];
}

/** What an implementation gives; none of these is on the tape, so `customGrad` wraps what is differentiated. */
export interface Ops extends FusedOps {
  createResource(initial: Tensor): Resource;
  /** A variable that is written before it is read. */
  declareResource(shape: readonly number[]): Resource;
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
  /** dy where y > 0, else 0: the gradient by what y is the positive part of. */
  reluGradient(y: Tensor2D, dy: Tensor2D): Tensor2D;
  /** Sum of the rows of values [n, width] by segment: [segments, width]. */
  segmentSum(values: Tensor2D, segments: Tensor1D, count: Scalar): Tensor2D;
  /** One Adagrad step in place: accumulator += g², value −= rate · g / (√accumulator + epsilon). */
  applyAdagrad(value: Resource, accumulator: Resource, rate: Scalar, epsilon: Scalar, gradient: Tensor): void;
  /** One Adam step in place; epsilon is added before the correction of the second moment. */
  applyAdam(value: Resource, first: Resource, second: Resource, by: AdamRates, gradient: Tensor): void;
}

/** What one pass over the numbers can do: a kernel of our own where there is one, else a chain of TensorFlow's. */
export interface FusedOps {
  /** What a softmax of the rows of sign · values [n, classes] is made of. */
  exponentials(values: Tensor2D, sign: 1 | -1): Exponentials;
  /**
   * Rows [by · x | constants + factors · |x|²], whose products are squared distances.
   *
   * @param x [n, width] @param tail [2, k] constants, then factors
   * @returns [n, width + k]
   */
  widened(x: Tensor2D, by: number, tail: Tensor2D): Tensor2D;
  /** √max(values, least) */
  roots(values: Tensor2D, least: number): Tensor2D;
  /**
   * What pulls in a softmax of the rows of −d, d = √max(squares, least); undefined where only a chain does it, which
   * holds more at once than one that begins with the distances.
   *
   * @param squares [n, entities]
   */
  readonly pulls?: (squares: Tensor2D, least: number) => Pulls;
  /** a − c · b of a and b [n, width], c [n, 1]. */
  minus(a: Tensor2D, b: Tensor2D, c: Tensor2D): Tensor2D;
  /** The product of complex numbers written as [re | im], row by row. */
  complexProduct(x: Tensor2D, y: Tensor2D): Tensor2D;
  /** Gradients by x and y. */
  complexProductBack(d: Tensor2D, x: Tensor2D, y: Tensor2D): { dx: Tensor2D; dy: Tensor2D };
  /** Σ_j |x_j|³ of rows [n, width], of complex numbers written as [re | im] where they are. */
  cubes(x: Tensor2D, isComplex: boolean): Cubes;
  /**
   * [n] how many of a row's values [n, candidates] are greater than its own [n], less how many are smaller; natively no
   * number where one of them is none.
   */
  standings(values: Tensor2D, own: Tensor1D): Tensor1D;
  /** Sum of the rows of values [n, width]: [width]. */
  columnSums(values: Tensor2D): Tensor1D;
  /**
   * A step of an LSTM; gates lie as input, forget, candidate, output.
   *
   * @param token [n, 4 · dim] what the token gives to the gates @param bias [4 · dim]
   * @param before what the hidden state before gives to them [n, 4 · dim], and the cell then [n, dim]; absent at first
   */
  lstmStep(token: Tensor2D, bias: Tensor1D, before?: { gates: Tensor2D; cell: Tensor2D }): LstmStep;
  /**
   * The way back through a step.
   *
   * @param before the cell before it @param dHidden [n, dim] gradient by its hidden state
   * @param later gradients by its hidden state and its cell [n, dim] through the step after it
   * @returns gradients by the gates before their activation [n, 4 · dim] and by the cell before [n, dim]
   */
  lstmStepBack(
    step: Pick<LstmStep, 'gates' | 'seen'>,
    before: Tensor2D | undefined,
    dHidden: Tensor2D,
    later?: { dHidden: Tensor2D; dCell: Tensor2D },
  ): { dGates: Tensor2D; dCell: Tensor2D };
  /** Rows x [n, width] of mean 0 and deviation 1, scaled and shifted [width] (Ba et al. 2016). */
  normalise(x: Tensor2D, scale: Tensor1D, shift: Tensor1D): Normalised & { readonly y: Tensor2D };
  /** Gradients by x and, to be summed over the rows, by the scale: both [n, width]. */
  normaliseBack(dy: Tensor2D, kept: Normalised, scale: Tensor1D): { dx: Tensor2D; byScale: Tensor2D };
  /**
   * Causal attention (Vaswani et al. 2017), to this token and those before it: softmax of q · k / √width.
   *
   * @param queryKey [size · tokens, 2 · dim] queries, then keys, each head by head
   * @returns [size · heads, tokens, tokens]
   */
  attentionWeights(queryKey: Tensor2D, by: Heads): Tensor3D;
  /** Gradient by queries and keys. @param d by the weights */
  attentionWeightsBack(queryKey: Tensor2D, weights: Tensor3D, d: Tensor3D, by: Heads): Tensor2D;
  /** What attention makes of values [size · tokens, dim]: the same shape. */
  attentionMix(weights: Tensor3D, value: Tensor2D, by: Heads): Tensor2D;
  /** Gradients by weights and values. @param d by the mixed values */
  attentionMixBack(
    weights: Tensor3D,
    value: Tensor2D,
    d: Tensor2D,
    by: Heads,
  ): { dWeights: Tensor3D; dValue: Tensor2D };
}

/** How rows [size · tokens, dim] lie: sequence by sequence, each cut into heads. */
export interface Heads {
  readonly size: number;
  readonly tokens: number;
  readonly heads: number;
}

/** Of distances d [n, entities]. */
export interface Pulls extends Omit<Exponentials, 'exp'> {
  /** [n, entities] exp(−d) / d, each row up to the factor that its sum of exp(−d) has too */
  readonly pull: Tensor2D;
  /** [n, 1] its rows' sums */
  readonly strength: Tensor2D;
}

export interface Cubes {
  /** [n, 1] */
  readonly sum: Tensor2D;
  /** [n, width] a third of its gradient: x |x| */
  readonly byRows: Tensor2D;
}

/** What a step of an LSTM makes. */
export interface LstmStep {
  /** [n, 4 · dim] the gates, activated. */
  readonly gates: Tensor2D;
  /** [n, dim] */
  readonly cell: Tensor2D;
  /** tanh of the cell. */
  readonly seen: Tensor2D;
  /** [n, dim] */
  readonly hidden: Tensor2D;
}

/** What a layer's normalisation keeps for the way back. */
export interface Normalised {
  /** [n, width] before scale and shift. */
  readonly normal: Tensor2D;
  /** [n, 1] inverse deviations. */
  readonly inverse: Tensor2D;
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

const chosen = isNative ? await import('./nativeOps.js') : await import('./portableOps.js');

export const {
  createResource,
  declareResource,
  read,
  assign,
  assignAdd,
  gatherRows,
  scatterAddRows,
  assignRows,
  matMul,
  reluGradient,
  segmentSum,
  applyAdagrad,
  applyAdam,
  exponentials,
  widened,
  roots,
  pulls,
  minus,
  complexProduct,
  complexProductBack,
  cubes,
  standings,
  columnSums,
  lstmStep,
  lstmStepBack,
  normalise,
  normaliseBack,
  attentionWeights,
  attentionWeightsBack,
  attentionMix,
  attentionMixBack,
}: Ops = { ...chosen, ...chosen.fused };
