import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { isNative, tf, tidied } from './backend.js';
import { createResource, type Resource, read } from './ops.js';
import type { StoredTensor } from './safetensors.js';

/** A trained array with its optimiser's state, all resident in TensorFlow. */
export interface Table {
  readonly value: Resource;
  readonly slots: readonly Resource[];
}

function resourceOf(shape: readonly number[], data?: Float32Array): Resource {
  // `fill` makes its zeros where they are to be; `zeros` sends them there from the host.
  const initial = data ? tf.tensor(data, [...shape]) : tf.fill([...shape], 0);
  const resource = createResource(initial);
  initial.dispose();
  return resource;
}

/** A table of given values. @param slots what the optimiser keeps beside it: arrays, or how many of zeros */
export function createTable(
  shape: readonly number[],
  value: Float32Array,
  slots: number | readonly Float32Array[],
): Table {
  const arrays = typeof slots === 'number' ? Array.from({ length: slots }, () => undefined) : slots;
  return {
    value: resourceOf(shape, value),
    slots: arrays.map((data) => resourceOf(shape, data)),
  };
}

/** `tidied`, as tfjs' own `tidy` would look for tensors among the numbers. */
const host = (resource: Resource): Float32Array =>
  tidied(() => {
    const data = read<Tensor>(resource).dataSync() as Float32Array;
    return isNative ? data : data.slice(); // the native library gives a copy
  });

/** A table as stored tensors: its value under `name`, with `state` its slots under `name.slot0` and on. */
export function storeTable(name: string, table: Table, state: boolean): Record<string, StoredTensor> {
  const { shape } = table.value;
  return {
    [name]: { shape, data: host(table.value) },
    ...(state &&
      Object.fromEntries(table.slots.map((slot, i) => [`${name}.slot${i}`, { shape, data: host(slot) }]))),
  };
}

/** The table that {@link storeTable} wrote, with as many slots as it had. */
export function restoreTable(name: string, tensors: Readonly<Record<string, StoredTensor>>): Table {
  const { shape, data } = tensors[name];
  return createTable(shape, data as Float32Array, slotsOf(name, tensors));
}

/** The stored arrays of a table's optimiser; none where only its value was stored. */
export function slotsOf(name: string, tensors: Readonly<Record<string, StoredTensor>>): Float32Array[] {
  const slots: Float32Array[] = [];
  for (let i = 0; tensors[`${name}.slot${i}`]; i++)
    slots.push(tensors[`${name}.slot${i}`].data as Float32Array);
  return slots;
}

export function disposeTable(table: Table): void {
  tf.dispose([table.value.handle, ...table.slots.map(({ handle }) => handle)]);
}
