import type { Scalar, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';

/**
 * How the rows of a batch lie: `size` paths of `hops` relations each, hop by hop, so that rows [j·size, (j+1)·size) are
 * the j-th steps of all paths. A triple's query is a path of one hop.
 */
export interface PathShape {
  readonly size: number;
  readonly hops: number;
  /** [size · hops, 1] 0 where the entity before the relation is hidden; all are visible where absent. */
  readonly visible?: Tensor2D;
}

/** What an encoder makes of a batch of paths; positions are size · hops, hop by hop. */
export interface Activations {
  /** [positions, width.query] scored against the entity table. */
  readonly query: Tensor2D;
  /** Hidden states at the relations by layer, each [positions, dim]; empty for triple encoders. */
  readonly states: readonly Tensor2D[];
  /** Attention by layer, the mean of its heads: [size, tokens, tokens], two tokens a hop. */
  readonly attention?: readonly Tensor3D[];
}

/** A layer's parameter: normal random numbers of a deviation, or all equal. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: { readonly deviation: number } | { readonly constant: number };
}

export type Weights = Readonly<Record<string, Tensor>>;

/** Size of an encoder; layers and heads count for path encoders only. */
export interface EncoderSize {
  /** Numbers an entity. */
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
}

/** A pure function from gathered rows to queries; the tables stay outside, since a gather's own gradient is table-sized. */
export interface Encoder {
  readonly name: string;
  /** Path encoders read whole paths, triple encoders the last entity and relation of each. */
  readonly kind: 'triple' | 'path';
  /** Row widths of the entity table, the relation table and the queries. */
  readonly width: { readonly entity: number; readonly relation: number; readonly query: number };
  /** The layers' own parameters; none for triple encoders. */
  readonly weights: readonly WeightSpec[];
  /** @param entity [positions, width.entity] @param relation [positions, width.relation] */
  forward(entity: Tensor2D, relation: Tensor2D, weights: Weights, paths: PathShape): Activations;
  /**
   * Regularisation of rows [n, width]: the penalty of each row, weighted and summed.
   * @param weight [n, 1]
   */
  penalty(rows: Tensor2D, weight: Tensor2D): Scalar;
}

/** Makes an encoder of a size. */
export type EncoderKind = (size: EncoderSize) => Encoder;
