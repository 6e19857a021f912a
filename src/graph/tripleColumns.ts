import type { ManagedTransaction, Record as Row } from 'neo4j-driver';
import { meanWeight, relativeWeights } from '../kg/weights.js';
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

/** One record of a reading query: relationships by type as lists of internal ids, with the values of weights. */
export interface TypeColumns {
  readonly types: readonly string[];
  readonly heads: readonly (readonly number[])[];
  readonly tails: readonly (readonly number[])[];
  /** Empty for a type without weights. */
  readonly weights: readonly (readonly unknown[])[];
}

const typeColumns = (record: Row): TypeColumns => ({
  types: record.get('types'),
  heads: record.get('heads'),
  tails: record.get('tails'),
  weights: record.get('weights'),
});

/** All records of a reading query. */
export async function readColumns(
  tx: ManagedTransaction,
  text: string,
  parameters: object,
): Promise<TypeColumns[]> {
  const out: TypeColumns[] = [];
  for await (const record of tx.run(text, parameters)) out.push(typeColumns(record));
  return out;
}

export interface Resolving {
  /** Internal id → entity. */
  readonly at: ReadonlyMap<number, number>;
  readonly nameOf: (type: string) => string;
  /** Told of each end outside the source. */
  readonly onOutside?: (type: string, id: number) => void;
  /** Told of each fact whose weight cannot be one. */
  readonly onBadWeight: (bad: BadWeight) => void;
}

/** Gathers columns by type and turns internal ids into dense ones. */
export class TripleColumns {
  readonly #parts = new Map<
    string,
    { heads: readonly number[]; tails: readonly number[]; weights: readonly unknown[] }[]
  >();

  add({ types, heads, tails, weights }: TypeColumns): void {
    for (const [i, type] of types.entries()) {
      const { length } = heads[i];
      if (tails[i].length !== length || (weights[i].length !== length && weights[i].length !== 0))
        throw new Error('columns of unequal length');
      const parts = this.#parts.get(type) ?? [];
      this.#parts.set(type, parts);
      parts.push({ heads: heads[i], tails: tails[i], weights: weights[i] });
    }
  }

  /** Dense triples by relation, weights relative to the mean of their type. */
  resolve({ at, nameOf, onOutside, onBadWeight }: Resolving): ReadTriples {
    const triples: NamedTriples[] = [];
    const means: [string, number][] = [];
    for (const [type, parts] of [...this.#parts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const head: number[] = [];
      const tail: number[] = [];
      const given: number[] = [];
      for (const { heads, tails, weights } of parts)
        for (const [i, id] of heads.entries()) {
          const h = at.get(id);
          const t = at.get(tails[i]);
          if (h === undefined) onOutside?.(type, id);
          else if (t === undefined) onOutside?.(type, tails[i]);
          else {
            head.push(h);
            tail.push(t);
            if (weights.length === 0) continue;
            const value = weightValue(weights[i]);
            if (value === undefined) onBadWeight({ type, value: weights[i] });
            given.push(value ?? Number.NaN);
          }
        }
      if (head.length === 0) continue;
      const columns = { relation: nameOf(type), head: Int32Array.from(head), tail: Int32Array.from(tail) };
      if (given.length === 0) triples.push(columns);
      else {
        const weights = Float64Array.from(given);
        const mean = meanWeight(weights);
        means.push([type, mean]);
        triples.push({ ...columns, weight: relativeWeights(weights, mean) });
      }
    }
    return { triples, means: Object.fromEntries(means) };
  }
}
