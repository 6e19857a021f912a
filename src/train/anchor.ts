import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../model/backend.js';
import { assign, assignRows, createResource, gatherRows, read } from '../model/ops.js';
import type { StoredTensor } from '../model/safetensors.js';
import type { Table } from '../model/table.js';

/** Holds the rows of a table near to what they were. Inside `tf.tidy`, for all rows or for distinct ones. */
export interface Anchor {
  /** The gradient without what would move a row that is frozen. @param gradient [rows, width] */
  hold(gradient: Tensor2D, rows?: Tensor1D): Tensor2D;
  /** Draws rows back after a step: e ← e + s (e₀ − e), the proximal step of a pull towards e₀. */
  draw(table: Table, rows?: Tensor1D): void;
  dispose(): void;
}

/**
 * @param strength [rows] share of the way back that a step draws each row; 0 not at all, 1 where it must not move
 * @param former [rows, width] what they were
 */
export function anchorOf(strength: Float32Array, former: StoredTensor): Anchor {
  const column = (values: Float32Array) => {
    const initial = tf.tensor2d(values, [values.length, 1]);
    const resource = createResource(initial);
    initial.dispose();
    return resource;
  };
  const initial = tf.tensor2d(former.data as Float32Array, [former.shape[0], former.shape[1]]);
  const before = createResource(initial);
  initial.dispose();
  const pull = column(strength);
  const free = column(strength.map((s) => Number(s < 1)));
  return {
    hold: (gradient, rows) => tf.mul(gradient, rows ? gatherRows(free, rows) : read(free)),
    draw({ value }, rows) {
      const of = (resource: typeof value) => (rows ? gatherRows(resource, rows) : read<Tensor2D>(resource));
      const now = of(value);
      const back = tf.add(now, tf.mul(of(pull), tf.sub(of(before), now))) as Tensor2D;
      now.dispose(); // else the table would be copied on write
      if (rows) assignRows(value, rows, back);
      else assign(value, back);
    },
    dispose: () => tf.dispose([before.handle, pull.handle, free.handle]),
  };
}
