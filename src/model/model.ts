import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';
import { gaussians, seededRandom } from '../kg/random.js';
import { tf } from './backend.js';
import { complex } from './encoders/complex.js';
import type { Encoder } from './encoders/encoder.js';
import { type Geometry, scoring } from './geometry.js';
import { gatherRows, read } from './ops.js';
import type { StoredTensor } from './safetensors.js';
import { createTable, disposeTable, type Table, tableData } from './table.js';

const ENCODERS: Readonly<Record<string, Encoder>> = { complex };

/** @throws KgmentorError USAGE for a name that no encoder has */
export function encoderOf(name: string): Encoder {
  const encoder = ENCODERS[name];
  if (!encoder)
    throw new KgmentorError(
      'USAGE',
      `There is no encoder "${name}"; there are ${Object.keys(ENCODERS).join(', ')}.`,
    );
  return encoder;
}

/** An encoder with its tables: one row an entity, one row a relation and a reciprocal relation. */
export interface Model {
  readonly encoder: Encoder;
  readonly geometry: Geometry;
  readonly dim: number;
  readonly rows: number;
  readonly relations: number;
  readonly entity: Table;
  readonly relation: Table;
}

export interface ModelShape {
  readonly encoder: string;
  readonly geometry: Geometry;
  readonly dim: number;
  readonly rows: number;
  /** Without reciprocals. */
  readonly relations: number;
}

/**
 * A model with normal random vectors.
 *
 * @param options.entity starting values [rows, width], random where absent
 */
export function createModel(
  shape: ModelShape,
  options: { seed: number; deviation: number; entity?: Float32Array; relation?: Float32Array },
): Model {
  const encoder = encoderOf(shape.encoder);
  const width = encoder.width(shape.dim);
  const draw = (count: number, stream: number) =>
    gaussians(count, options.deviation, seededRandom(options.seed, stream));
  const table = (rows: number, columns: number, stream: number, given?: Float32Array) =>
    createTable({ shape: [rows, columns], value: given ?? draw(rows * columns, stream) });
  return {
    ...shape,
    encoder,
    entity: table(shape.rows, width.entity, 101, options.entity),
    relation: table(2 * shape.relations, width.relation, 102, options.relation),
  };
}

/** Vectors without optimiser state: what is kept of a trained model. */
export function modelTensors(model: Model): Record<string, StoredTensor> {
  return tensorsOf(model, false);
}

/** Vectors with optimiser state: what training goes on from. */
export function checkpointTensors(model: Model): Record<string, StoredTensor> {
  return tensorsOf(model, true);
}

function tensorsOf(model: Model, state: boolean): Record<string, StoredTensor> {
  const out: Record<string, StoredTensor> = {};
  for (const name of ['entity', 'relation'] as const) {
    const { shape, value, accumulator } = tableData(model[name]);
    out[name] = { shape, data: value };
    if (state) out[`${name}.accumulator`] = { shape, data: accumulator };
  }
  return out;
}

/** The model that {@link modelTensors} or {@link checkpointTensors} wrote. */
export function restoreModel(shape: ModelShape, tensors: Readonly<Record<string, StoredTensor>>): Model {
  const table = (name: string): Table =>
    createTable({
      shape: tensors[name].shape,
      value: tensors[name].data as Float32Array,
      accumulator: tensors[`${name}.accumulator`]?.data as Float32Array | undefined,
    });
  return {
    ...shape,
    encoder: encoderOf(shape.encoder),
    entity: table('entity'),
    relation: table('relation'),
  };
}

export function disposeModel(model: Model): void {
  disposeTable(model.entity);
  disposeTable(model.relation);
}

/**
 * A scorer for ranking, inside `tf.tidy`: the scoring table over the first `entities` rows and the query function.
 */
export function scorerOf(
  model: Model,
  entities = model.rows,
): { table: Tensor2D; query(entity: Tensor1D, relation: Tensor1D): Tensor2D } {
  const all = read(model.entity.value);
  const rows = entities === model.rows ? all : (tf.slice(all, 0, entities) as Tensor2D);
  return {
    table: scoring(model.geometry, rows).table,
    query: (entity, relation) =>
      model.encoder.forward(
        gatherRows(model.entity.value, entity),
        gatherRows(model.relation.value, relation),
      ).query,
  };
}
