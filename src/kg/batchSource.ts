import type { Triples } from './types.js';

/** Where training batches come from when they are not cut from columns in memory. */
export interface BatchSource {
  /** Steps an epoch. */
  readonly steps: number;
  /** Of the model that is trained. */
  readonly rows: number;
  readonly relations: number;
  /** The triples at the rows of one step, whole neighbourhoods, with the weight of each. */
  pull(epoch: number, step: number): Promise<NeighbourBatch>;
}

/** How a model's rows lie over the sources: all that a feed must know of a training. */
export interface FeedLayout {
  readonly rows: number;
  /** The target's rows, the first ones: each fact has an end among them. */
  readonly entities: number;
  /** Relation names; ids are positions. */
  readonly relations: readonly string[];
  /** Rows a step, so that the queries of their neighbourhoods are a batch in the mean. */
  readonly anchors: number;
  readonly seed: number;
  /** No step of a later one is pulled ahead. */
  readonly epochs: number;
  readonly sources: readonly {
    readonly name: string;
    /** Entity → row, or -1 for entities that the model leaves out. */
    readonly rowOf: Int32Array;
    /** Weight of the source's facts. */
    readonly weight: number;
    /** Facts on rows that are never trained on. */
    readonly heldOut?: { has(head: number, relation: number, tail: number): boolean };
  }[];
}

/** Whole neighbourhoods of some rows. */
export interface NeighbourBatch {
  /** The rows whose neighbourhoods these are. */
  readonly anchors: Int32Array;
  /** Triples with an anchor at either end, on rows. */
  readonly triples: Triples;
  /** [triples] */
  readonly weight: Float32Array;
}
