import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { applyAdagrad, createResource, type Resource, read } from './ops.js';

/** A trained array with its Adagrad state, both resident in TensorFlow. */
export interface Table {
  readonly value: Resource;
  readonly accumulator: Resource;
}

/** Values of a table on the host: what a checkpoint holds. */
export interface TableData {
  readonly shape: readonly number[];
  readonly value: Float32Array;
  readonly accumulator?: Float32Array;
}

function resourceOf(shape: readonly number[], data?: Float32Array): Resource {
  const initial = data ? tf.tensor(data.slice(), [...shape]) : tf.zeros([...shape]);
  const resource = createResource(initial);
  initial.dispose();
  return resource;
}

export function createTable(data: TableData): Table {
  return {
    value: resourceOf(data.shape, data.value),
    accumulator: resourceOf(data.shape, data.accumulator),
  };
}

/** A resource of zeros with the table's shape, for gradients that are summed in place. */
export const gradientOf = (table: Table): Resource => resourceOf(table.value.shape);

/** The table's numbers, copied to the host. */
export function tableData(table: Table): Required<TableData> {
  const host = (resource: Resource): Float32Array =>
    tf.tidy(() => Float32Array.from(read<Tensor>(resource).dataSync() as Float32Array));
  return { shape: table.value.shape, value: host(table.value), accumulator: host(table.accumulator) };
}

export function disposeTable(table: Table): void {
  table.value.handle.dispose();
  table.accumulator.handle.dispose();
}

/** Adagrad (Duchi et al. 2011) over whole tables; rows with a zero gradient stay as they are. */
export interface Adagrad {
  apply(table: Table, gradient: Tensor): void;
  dispose(): void;
}

export function adagrad(learningRate: number): Adagrad {
  const rate: Scalar = tf.keep(tf.scalar(learningRate));
  const epsilon: Scalar = tf.keep(tf.scalar(1e-10));
  return {
    apply: (table, gradient) => applyAdagrad(table.value, table.accumulator, rate, epsilon, gradient),
    dispose: () => tf.dispose([rate, epsilon]),
  };
}
