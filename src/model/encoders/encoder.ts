import type { Scalar, Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';

/** What an encoder makes of a batch of contexts. */
export interface Activations {
  /** [batch, width.query] scored against the entity table. */
  readonly query: Tensor2D;
  /** Hidden states by layer, for network distillation; empty for triple encoders. */
  readonly states: readonly Tensor3D[];
}

/** A pure function from gathered rows to queries; the tables stay outside, since a gather's own gradient is table-sized. */
export interface Encoder {
  readonly name: string;
  /** Row widths of the entity table, the relation table and the queries for a model of `dim` numbers an entity. */
  width(dim: number): { entity: number; relation: number; query: number };
  /** @param entity [batch, width.entity] @param relation [batch, width.relation] */
  forward(entity: Tensor2D, relation: Tensor2D): Activations;
  /**
   * Regularisation of rows [n, width]: the penalty of each row, weighted and summed.
   * @param weight [n, 1]
   */
  penalty(rows: Tensor2D, weight: Tensor2D): Scalar;
}
