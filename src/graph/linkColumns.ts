import { Growing } from '../kg/growing.js';
import { positions, sortBy } from '../kg/sort.js';
import type { Alignments } from '../kg/types.js';
import type { Graph } from './connect.js';
import type { EntityPlaces } from './entityPlaces.js';
import type { ReadEntities } from './readEntities.js';
import type { Schema } from './schema.js';

/** A source as link readers need it. */
export interface LinkSource {
  readonly name: string;
  readonly graph: Graph;
  readonly schema: Schema;
  readonly read: ReadEntities;
}

/** Gathers links by the places of their ends. */
export class LinkColumns {
  readonly #left = new Growing(Int32Array);
  readonly #right = new Growing(Int32Array);
  readonly #confidence = new Growing(Float32Array);
  readonly #places: EntityPlaces;

  constructor(places: EntityPlaces) {
    this.#places = places;
  }

  get length(): number {
    return this.#left.length;
  }

  add(leftSource: number, left: number, rightSource: number, right: number, confidence: number): void {
    const { first } = this.#places;
    this.#left.push(first[leftSource] + left);
    this.#right.push(first[rightSource] + right);
    this.#confidence.push(confidence);
  }

  /** Links by the places of their ends. */
  append(left: Int32Array, right: Int32Array, confidence: Float32Array): void {
    this.#left.append(left);
    this.#right.append(right);
    this.#confidence.append(confidence);
  }

  appendAll(other: LinkColumns): void {
    this.append(other.#left.view(), other.#right.view(), other.#confidence.view());
  }

  /** Each pair once with its highest confidence, the earlier end left, in the order of sources and entities. */
  sorted(): Alignments {
    const { source, first } = this.#places;
    const bound = this.length > 0 ? source.length : 0; // without links there is nothing to count
    const [left, right] = byPlace(this.#left.view(), this.#right.view());
    const given = this.#confidence.view();
    const order = sortBy(left, sortBy(right, positions(left.length), bound), bound);
    const [leftSource, leftEntity, rightSource, rightEntity] = [0, 1, 2, 3].map(
      () => new Int32Array(order.length),
    );
    const confidence = new Float32Array(order.length);
    let n = 0;
    let last = -1;
    for (let k = 0; k < order.length; k++) {
      const i = order[k];
      if (last >= 0 && left[i] === left[last] && right[i] === right[last]) {
        confidence[n - 1] = Math.max(confidence[n - 1], given[i]);
        continue;
      }
      last = i;
      leftSource[n] = source[left[i]];
      leftEntity[n] = left[i] - first[leftSource[n]];
      rightSource[n] = source[right[i]];
      rightEntity[n] = right[i] - first[rightSource[n]];
      confidence[n++] = given[i];
    }
    const links = { leftSource, left: leftEntity, rightSource, right: rightEntity, confidence };
    if (n === order.length) return links;
    return {
      leftSource: leftSource.slice(0, n),
      left: leftEntity.slice(0, n),
      rightSource: rightSource.slice(0, n),
      right: rightEntity.slice(0, n),
      confidence: confidence.slice(0, n),
    };
  }
}

/** The smaller of both ends left, in columns of their own. */
function byPlace(some: Int32Array, others: Int32Array): [Int32Array, Int32Array] {
  const [left, right] = [new Int32Array(some.length), new Int32Array(some.length)];
  for (let i = 0; i < left.length; i++) {
    left[i] = Math.min(some[i], others[i]);
    right[i] = Math.max(some[i], others[i]);
  }
  return [left, right];
}

/** Whether a value is a confidence, in (0, 1]. */
export const isConfidence = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= 1;

/** The position of a source among those that were read. */
export const indexOf = (sources: readonly LinkSource[], name: string): number =>
  sources.findIndex((source) => source.name === name);
