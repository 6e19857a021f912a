import { Growing } from '../kg/growing.js';
import { compareKeys } from '../kg/keys.js';

/**
 * Entities as they are found, a list a column: an object for each would be most of what a reading leaves to the
 * garbage collector.
 */
export class EntityColumns {
  readonly keys: string[] = [];
  readonly names: (string | null)[] = [];
  /** Internal ids; -1 for a value, which is no node. */
  readonly ids = new Growing(Float64Array);
  /** Relationships of each node; 0 for a value. */
  readonly degrees = new Growing(Float64Array);
  readonly labels = new Growing(Int32Array);

  get length(): number {
    return this.keys.length;
  }

  append(
    {
      keys,
      names,
      ids,
      degrees,
    }: Record<'ids' | 'degrees', readonly number[]> & Pick<EntityColumns, 'keys' | 'names'>,
    label: number,
  ): void {
    for (const key of keys) this.keys.push(key);
    for (const name of names) this.names.push(name);
    this.ids.append(ids);
    this.degrees.append(degrees);
    this.labels.fill(label, ids.length);
  }

  /** Forgets all but the first ones. */
  cut(length: number): void {
    this.keys.length = length;
    this.names.length = length;
    for (const column of [this.ids, this.degrees, this.labels]) column.cut(length);
  }

  /** In the order of keys. */
  sorted(): {
    readonly keys: string[];
    readonly names: (string | null)[];
    readonly ids: Float64Array;
    readonly degrees: Float64Array;
    readonly labels: Int32Array;
  } {
    const { keys, names, length } = this;
    const [ids, degrees, labels] = [this.ids.view(), this.degrees.view(), this.labels.view()];
    const order: number[] = [];
    for (let i = 0; i < length; i++) order.push(i);
    order.sort((a, b) => compareKeys(keys[a], keys[b]));
    const out = {
      keys: order.map((i) => keys[i]),
      names: order.map((i) => names[i]),
      ids: new Float64Array(length),
      degrees: new Float64Array(length),
      labels: new Int32Array(length),
    };
    for (let entity = 0; entity < length; entity++) {
      const i = order[entity];
      out.ids[entity] = ids[i];
      out.degrees[entity] = degrees[i];
      out.labels[entity] = labels[i];
    }
    return out;
  }
}
