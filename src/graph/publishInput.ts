import { createHash } from 'node:crypto';
import type { NodeConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { parseEntityKey } from '../kg/keys.js';

/** A model as its node in the graph tells it. */
export interface PublishedModel {
  /** A new id for new vectors: a run's id serves. */
  readonly id: string;
  readonly kind: 'student' | 'teacher';
  readonly encoder: string;
  /** Numbers a vector: for ComplEx twice the rank. */
  readonly dim: number;
  readonly geometry: 'dot' | 'unit' | 'l2';
  readonly config?: unknown;
  /** Digest of the data that it was trained on. */
  readonly dataDigest?: string;
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface PublishInput {
  readonly source: { readonly name: string; readonly nodes: readonly NodeConfig[] };
  readonly model: PublishedModel;
  /** Canonical keys (`kg/keys.ts`), one a row of `vectors`: a dataset's `entities` serves. */
  readonly entities: { readonly keys: readonly string[] };
  /** [entities, dim] by rows. */
  readonly vectors: Float32Array;
  readonly relations: {
    readonly names: readonly string[];
    /** Numbers a relation vector; those of an entity where absent. RotatE has half as many, a phase a complex number. */
    readonly dim?: number;
    /** The relationship types that each name stands for; the name itself where absent. */
    readonly types?: readonly (readonly string[])[];
    /** [relations, dim] by rows: for (h, r, ?). */
    readonly vectors: Float32Array;
    /** [relations, dim] by rows: of the reciprocal relations, for (?, r, t). */
    readonly inverseVectors: Float32Array;
  };
  /** The teacher, where there was one. */
  readonly distilledFrom?: Omit<PublishedModel, 'config'>;
}

/** Float32 squares outside this range vanish or overflow, and the index leaves such a vector out in silence. */
const SMALLEST = 1e-18;
const LARGEST = 1e18;

/**
 * Refuses what the database would take in silence and never answer with.
 *
 * @throws KgmentorError BAD_DATA: which row, what was found and expected.
 */
export function checkPublishInput({ source, model, entities, vectors, relations }: PublishInput): void {
  const { dim } = model;
  if (!Number.isInteger(dim) || dim < 1 || dim > 4096) {
    throw bad(`The model ${model.id} has vectors of ${dim} numbers, 1 to 4096 expected.`);
  }
  if (entities.keys.length === 0) throw bad(`The model ${model.id} has no entities.`);
  checkTable('entity', vectors, entities.keys, dim, true);
  const width = relationDim({ model, relations });
  checkTable('relation', relations.vectors, relations.names, width, false);
  checkTable('inverse relation', relations.inverseVectors, relations.names, width, false);
  if (relations.types && relations.types.length !== relations.names.length) {
    throw bad(`${relations.types.length} lists of relationship types, ${relations.names.length} expected.`);
  }
  const labels = new Set(source.nodes.map((node) => node.label));
  const seen = new Set<string>();
  for (const key of entities.keys) {
    if (seen.has(key)) throw bad(`The entity ${key} stands twice among the model's entities.`);
    seen.add(key);
    const { label } = parseEntityKey(key);
    if (!labels.has(label))
      throw bad(`The entity ${key} is none of the labels of ${source.name}: ${[...labels].join(', ')}.`);
  }
}

/** Numbers a relation vector. */
export const relationDim = ({ model, relations }: Pick<PublishInput, 'model' | 'relations'>): number =>
  relations.dim ?? model.dim;

/** SHA-256 over a model's vectors: two models of one id and other vectors are told apart by it. */
export function digestOf({ vectors, relations }: PublishInput): string {
  const hash = createHash('sha256');
  for (const table of [vectors, relations.vectors, relations.inverseVectors]) {
    hash.update(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
  }
  return hash.digest('hex');
}

/** One row of a table as the driver sends it. */
export function rowOf(table: Float32Array, row: number, dim: number): number[] {
  return Array.from(table.subarray(row * dim, (row + 1) * dim));
}

function checkTable(
  what: string,
  table: Float32Array,
  names: readonly string[],
  dim: number,
  indexed: boolean,
): void {
  if (table.length !== names.length * dim) {
    throw bad(`The ${what} table holds ${table.length} numbers, ${names.length} × ${dim} expected.`);
  }
  for (let row = 0; row < names.length; row++) {
    let square = 0;
    for (let i = row * dim; i < (row + 1) * dim; i++) square += table[i] * table[i];
    if (!Number.isFinite(square))
      throw bad(`The ${what} vector of ${names[row]} holds a value that is not finite.`);
    const norm = Math.sqrt(square);
    if (indexed && (norm < SMALLEST || norm > LARGEST)) {
      throw bad(
        `The ${what} vector of ${names[row]} has the length ${norm}, ${SMALLEST} to ${LARGEST} expected.`,
      );
    }
  }
}

function bad(message: string): KgmentorError {
  return new KgmentorError('BAD_DATA', message, {
    next: 'Train again or use another checkpoint; nothing was written.',
  });
}
