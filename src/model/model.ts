import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { gaussians, seededRandom } from '../kg/random.js';
import { tf } from './backend.js';
import { encoderOf } from './encoders/byName.js';
import type { Encoder, EncoderSize, PathShape, WeightSpec, Weights } from './encoders/encoder.js';
import { type Geometry, orderBy } from './geometry.js';
import { gatherRows, read } from './ops.js';
import { givenStart, type Paths } from './paths.js';
import type { StoredTensor } from './safetensors.js';
import { createTable, disposeTable, restoreTable, slotsOf, storeTable, type Table } from './table.js';

export interface ModelShape extends EncoderSize {
  readonly encoder: string;
  readonly geometry: Geometry;
  readonly rows: number;
  /** Without reciprocals. */
  readonly relations: number;
}

/** An encoder with its tables: one row an entity, one row a relation and a reciprocal relation, the layers' weights. */
export interface Model {
  readonly shape: ModelShape;
  readonly encoder: Encoder;
  readonly entity: Table;
  readonly relation: Table;
  readonly weights: Readonly<Record<string, Table>>;
}

/** Starting values of a model that is not to begin at random, by the names that {@link checkpointTensors} gives. */
export type Start = Readonly<Record<string, StoredTensor>>;

/**
 * A model with normal random vectors.
 *
 * @param options.deviation of the tables' numbers @param options.slots arrays that the optimiser keeps beside each table
 * @param options.start values in place of random ones, each of its table's shape
 */
export function createModel(
  shape: ModelShape,
  options: { seed: number; deviation: number; slots: number; start?: Start },
): Model {
  const { seed, slots, start = {} } = options;
  const encoder = encoderOf(shape.encoder, shape);
  const make = (name: string, spec: Omit<WeightSpec, 'name'>, stream: number) => {
    const size = spec.shape.reduce((a, b) => a * b, 1);
    const random = () =>
      'deviation' in spec.start
        ? gaussians(size, spec.start.deviation, seededRandom(seed, stream))
        : new Float32Array(size).fill(spec.start.constant);
    const given = start[name]?.data as Float32Array | undefined;
    const kept = slotsOf(name, start);
    return createTable(spec.shape, given ?? random(), kept.length === slots ? kept : slots);
  };
  const table = (name: string, rows: number, columns: number, stream: number) =>
    make(name, { shape: [rows, columns], start: { deviation: options.deviation } }, stream);
  return {
    shape,
    encoder,
    entity: table('entity', shape.rows, encoder.width.entity, 101),
    relation: table('relation', 2 * shape.relations, encoder.width.relation, 102),
    weights: Object.fromEntries(
      encoder.weights.map((spec, i) => [spec.name, make(weightName(spec.name), spec, 1000 + i)]),
    ),
  };
}

const weightName = (name: string): string => `weight.${name}`;

/** All trained tables of a model by the names under which they are stored. */
const tablesOf = ({ entity, relation, weights }: Model): Record<string, Table> => ({
  entity,
  relation,
  ...Object.fromEntries(Object.entries(weights).map(([name, table]) => [weightName(name), table])),
});

/** Vectors and weights without optimiser state: what is kept of a trained model. */
export const modelTensors = (model: Model): Record<string, StoredTensor> => stored(model, false);

/** The same with optimiser state: what training goes on from. */
export const checkpointTensors = (model: Model): Record<string, StoredTensor> => stored(model, true);

const stored = (model: Model, state: boolean): Record<string, StoredTensor> =>
  Object.assign(
    {},
    ...Object.entries(tablesOf(model)).map(([name, table]) => storeTable(name, table, state)),
  );

/** The model that {@link modelTensors} or {@link checkpointTensors} wrote. */
export function restoreModel(shape: ModelShape, tensors: Readonly<Record<string, StoredTensor>>): Model {
  const encoder = encoderOf(shape.encoder, shape);
  return {
    shape,
    encoder,
    entity: restoreTable('entity', tensors),
    relation: restoreTable('relation', tensors),
    weights: Object.fromEntries(
      encoder.weights.map(({ name }) => [name, restoreTable(weightName(name), tensors)]),
    ),
  };
}

export function disposeModel(model: Model): void {
  for (const table of Object.values(tablesOf(model))) disposeTable(table);
}

/** Values of the layers' weights without a copy; to be disposed before the next update. */
export const readWeights = (model: Model): Weights =>
  Object.fromEntries(Object.entries(model.weights).map(([name, table]) => [name, read(table.value)]));

/** The rows at the end of paths [size, width] of rows at all positions [size · hops, width]. */
export const lastHop = (positions: Tensor2D, { size, hops }: Paths): Tensor2D =>
  hops === 1 ? positions : (tf.slice(positions, [(hops - 1) * size, 0], [size, -1]) as Tensor2D);

/** Rows to gather for paths, and which entities are visible; inside `tf.tidy`. */
export function pathRows({ size, hops, entity }: Paths): { rows: Int32Array; shape: PathShape } {
  if (entity.every((row) => row >= 0)) return { rows: entity, shape: { size, hops } };
  const visible = Float32Array.from(entity, (row) => (row >= 0 ? 1 : 0));
  return {
    rows: entity.map((row) => Math.max(row, 0)),
    shape: { size, hops, visible: tf.tensor2d(visible, [size * hops, 1]) },
  };
}

/**
 * A model's queries at all positions of paths [size · hops, width.query]; inside `tf.tidy`.
 *
 * @param all the whole entity table, to be read once for many. Rows are not gathered from the variable, which would be
 * copied from then on whenever it is read as a whole: in each later step.
 */
export function queriesOf(
  model: Model,
  paths: Paths,
  all: Tensor2D = read<Tensor2D>(model.entity.value),
): Tensor2D {
  const { rows, shape } = pathRows(paths);
  return model.encoder.forward(
    tf.gather(all, tf.tensor1d(rows, 'int32')),
    gatherRows(model.relation.value, tf.tensor1d(paths.relation, 'int32')),
    readWeights(model),
    shape,
  ).query;
}

/** The first `entities` rows of a table, without a copy where that is all; inside `tf.tidy`. */
export const firstRows = (all: Tensor2D, entities = all.shape[0]): Tensor2D =>
  entities === all.shape[0] ? all : (tf.slice(all, 0, entities) as Tensor2D);

/**
 * A scorer for ranking, inside `tf.tidy`: a table over the first `entities` rows and the query function of whole paths,
 * whose product orders the candidates.
 */
export function pathScorerOf(
  model: Model,
  entities?: number,
): { table: Tensor2D; query(entity: Int32Array, relation: readonly Int32Array[]): Tensor2D } {
  const all = read<Tensor2D>(model.entity.value);
  const order = orderBy(model.shape.geometry, firstRows(all, entities));
  return {
    table: order.table,
    query(entity, relation) {
      const paths = givenStart(entity, relation);
      return order.query(lastHop(queriesOf(model, paths, all), paths));
    },
  };
}

/** The same for queries of one relation. */
export function scorerOf(
  model: Model,
  entities?: number,
): { table: Tensor2D; query(entity: Int32Array, relation: Int32Array): Tensor2D } {
  const { table, query } = pathScorerOf(model, entities);
  return { table, query: (entity, relation) => query(entity, [relation]) };
}
