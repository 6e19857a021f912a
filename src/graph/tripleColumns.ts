import { Growing } from '../kg/growing.js';
import { meanWeight, relativeWeights } from '../kg/weights.js';
import type { EntityIndex } from './entityIndex.js';
import type { TypeColumns } from './readRelationships.js';
import { type BadWeight, weightValue } from './weights.js';

/** Relationships as columns of dense entities, by shared relation name; before relations are numbered. */
export interface NamedTriples {
  readonly relation: string;
  readonly head: Int32Array;
  readonly tail: Int32Array;
  /** Relative to the mean of the relationship type; absent where its facts have none. */
  readonly weight?: Float32Array;
}

/** A source's facts and the mean weight of each relationship type that has weights, as it was read. */
export interface ReadTriples {
  readonly triples: NamedTriples[];
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

interface Columns {
  readonly head: Growing<Int32Array>;
  readonly tail: Growing<Int32Array>;
  readonly given: Growing<Float64Array>;
}

/** Gathers columns by type; internal ids become dense ones at once, so that no record is kept. */
export class TripleColumns {
  readonly #byType = new Map<string, Columns>();
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
    let columns = this.#byType.get(type);
    for (let i = 0; i < heads.length; i++) {
      const head = at.get(heads[i]);
      const tail = at.get(tails[i]);
      if (head === undefined) onOutside?.(type, heads[i]);
      else if (tail === undefined) onOutside?.(type, tails[i]);
      else if (!keep || keep(head, tail)) {
        if (!columns) {
          columns = {
            head: new Growing(Int32Array),
            tail: new Growing(Int32Array),
            given: new Growing(Float64Array),
          };
          this.#byType.set(type, columns);
        }
        columns.head.push(head);
        columns.tail.push(tail);
        if (weights.length === 0) continue;
        const value = weightValue(weights[i]);
        if (value === undefined) onBadWeight({ type, value: weights[i] });
        columns.given.push(value ?? Number.NaN);
      }
    }
  }

  /** Dense triples by relation, weights relative to the mean of their type. */
  done(): ReadTriples {
    const triples: NamedTriples[] = [];
    const means: [string, number][] = [];
    for (const [type, { head, tail, given }] of [...this.#byType].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const columns = { relation: this.#ways.nameOf(type), head: head.done(), tail: tail.done() };
      if (given.length === 0) triples.push(columns);
      else {
        const weights = given.done();
        const mean = meanWeight(weights);
        means.push([type, mean]);
        triples.push({ ...columns, weight: relativeWeights(weights, mean) });
      }
    }
    return { triples, means: Object.fromEntries(means) };
  }
}
