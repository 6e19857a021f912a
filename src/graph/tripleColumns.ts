import { Growing } from '../kg/growing.js';
import { positions, sortBy } from '../kg/sort.js';
import type { Triples } from '../kg/types.js';
import { meanWeight, relativeWeights } from '../kg/weights.js';
import type { EntityIndex } from './entityIndex.js';
import type { TypeColumns } from './readRelationships.js';
import { type BadWeight, weightValue } from './weights.js';

/** Facts with names of their relations, of which some may be equal and some without facts. */
export interface NamedFacts {
  readonly relations: readonly string[];
  /** `relation` counts into `relations`. */
  readonly triples: Triples;
}

/** A source's relationships as they were read: in no order, repeated ones kept, a relation for each type. */
export interface ReadTriples extends NamedFacts {
  /** The mean weight of each relationship type that has weights. */
  readonly means: Readonly<Record<string, number>>;
}

export interface Resolving {
  readonly at: EntityIndex;
  readonly nameOf: (type: string) => string;
  /** Which relationships between entities are taken; all where absent. */
  readonly keep?: (head: number, tail: number) => boolean;
  /** Told of each end outside the source. */
  readonly onOutside?: (type: string, id: number) => void;
  /** Told of each fact whose weight cannot be one. */
  readonly onBadWeight: (bad: BadWeight) => void;
}

/** Gathers facts; internal ids become dense ones at once, so that no record is kept. */
export class TripleColumns {
  /** Type → its number. */
  readonly #types = new Map<string, number>();
  readonly #weighed = new Set<number>();
  readonly #head = new Growing(Int32Array);
  readonly #type = new Growing(Int32Array);
  readonly #tail = new Growing(Int32Array);
  /** NaN for a fact without a weight; catches up with the others at the next weight and in the end. */
  readonly #given = new Growing(Float64Array);
  readonly #ways: Resolving;

  constructor(ways: Resolving) {
    this.#ways = ways;
  }

  add({ types, heads, tails, weights }: TypeColumns): void {
    for (const [i, type] of types.entries()) {
      const { length } = heads[i];
      if (tails[i].length !== length || (weights[i].length !== length && weights[i].length !== 0))
        throw new Error('columns of unequal length');
      this.#addType(type, heads[i], tails[i], weights[i]);
    }
  }

  #addType(
    type: string,
    heads: readonly number[],
    tails: readonly number[],
    weights: readonly unknown[],
  ): void {
    const { at, keep, onOutside, onBadWeight } = this.#ways;
    const before = this.#head.length;
    if (weights.length > 0) this.#given.fill(Number.NaN, before - this.#given.length);
    for (let i = 0; i < heads.length; i++) {
      const head = at.get(heads[i]);
      const tail = at.get(tails[i]);
      if (head === undefined) onOutside?.(type, heads[i]);
      else if (tail === undefined) onOutside?.(type, tails[i]);
      else if (!keep || keep(head, tail)) {
        this.#head.push(head);
        this.#tail.push(tail);
        if (weights.length === 0) continue;
        const value = weightValue(weights[i]);
        if (value === undefined) onBadWeight({ type, value: weights[i] });
        this.#given.push(value ?? Number.NaN);
      }
    }
    const added = this.#head.length - before;
    if (added === 0) return;
    const number = this.#types.get(type) ?? this.#types.size;
    this.#types.set(type, number);
    this.#type.fill(number, added);
    if (weights.length > 0) this.#weighed.add(number);
  }

  done(): ReadTriples {
    const { nameOf } = this.#ways;
    const types = [...this.#types.keys()];
    const triples = { head: this.#head.view(), relation: this.#type.view(), tail: this.#tail.view() };
    const relations = types.map(nameOf);
    if (this.#weighed.size === 0) return { relations, triples, means: {} };
    this.#given.fill(Number.NaN, this.#head.length - this.#given.length);
    const { weight, means } = this.#relativeWeights(types);
    return { relations, triples: { ...triples, weight }, means };
  }

  #relativeWeights(types: readonly string[]): { weight: Float32Array; means: Record<string, number> } {
    const [type, given] = [this.#type.view(), this.#given.view()];
    const weight = new Float32Array(given.length).fill(1);
    const means: [string, number][] = [];
    const order = sortBy(type, positions(type.length), types.length);
    for (let from = 0, to = 0; from < order.length; from = to) {
      const number = type[order[from]];
      while (to < order.length && type[order[to]] === number) to++;
      if (!this.#weighed.has(number)) continue;
      const rows = order.subarray(from, to);
      const own = Float64Array.from(rows, (row) => given[row]);
      const mean = meanWeight(own);
      means.push([types[number], mean]);
      const relative = relativeWeights(own, mean);
      for (let i = 0; i < rows.length; i++) weight[rows[i]] = relative[i];
    }
    return { weight, means: Object.fromEntries(means) };
  }
}
