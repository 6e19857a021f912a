import { compareKeys } from '../kg/keys.js';
import { dedupePairs } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';
import { meanWeight, relativeWeights } from '../kg/weights.js';
import type { EntityIndex } from './entityIndex.js';
import type { TypeColumns } from './readRelationships.js';
import { type BadWeight, weightValue } from './weights.js';

/** Facts with names of their relations, sorted by code unit, each of which has some. */
export interface NamedFacts {
  readonly relations: readonly string[];
  /** `relation` counts into `relations`. */
  readonly triples: Triples;
}

/** A source's relationships as facts, sorted, each once. */
export interface ReadTriples extends NamedFacts {
  /** Relationships that repeat another one. */
  readonly duplicates: number;
  /** The mean weight of each relationship type that has weights. */
  readonly means: Readonly<Record<string, number>>;
}

export interface Resolving {
  readonly at: EntityIndex;
  /** How many entities the source has. */
  readonly entities: number;
  readonly nameOf: (type: string) => string;
  /** Which relationships between entities are taken; all where absent. */
  readonly keep?: (head: number, tail: number) => boolean;
  /** Told of each end outside the source. */
  readonly onOutside?: (type: string, id: number) => void;
  /** Told of each fact whose weight cannot be one. */
  readonly onBadWeight: (bad: BadWeight) => void;
}

/** The facts of one record. */
interface Part {
  readonly head: Int32Array;
  readonly tail: Int32Array;
  /** NaN for a fact without a weight; absent where no type of the record has weights. */
  readonly given?: Float64Array;
}

/** Those of one type, which come after each other. */
interface Run {
  readonly part: Part;
  readonly from: number;
  readonly to: number;
}

/** Gathers facts; internal ids become dense ones at once, so that no record is kept. */
export class TripleColumns {
  readonly #runs = new Map<string, Run[]>();
  readonly #weighed = new Set<string>();
  readonly #ways: Resolving;

  constructor(ways: Resolving) {
    this.#ways = ways;
  }

  add(columns: TypeColumns): void {
    const { types, heads, tails, weights } = columns;
    const rows = heads.reduce((sum, { length }) => sum + length, 0);
    const isWeighed = weights.some(({ length }) => length > 0);
    const room: Part = {
      head: new Int32Array(rows),
      tail: new Int32Array(rows),
      ...(isWeighed && { given: new Float64Array(rows).fill(Number.NaN) }),
    };
    const ends: number[] = [];
    let n = 0;
    for (const [i, type] of types.entries()) {
      const { length } = heads[i];
      if (tails[i].length !== length || (weights[i].length !== length && weights[i].length !== 0))
        throw new Error('columns of unequal length');
      n = this.#fill(room, n, type, columns, i);
      ends.push(n);
    }
    // What little is taken of a record that is large does not hold all of its room.
    const part = 2 * n > rows ? room : cut(room, n);
    for (const [i, type] of types.entries()) {
      const [from, to] = [i === 0 ? 0 : ends[i - 1], ends[i]];
      if (from === to) continue;
      const runs = this.#runs.get(type);
      if (runs) runs.push({ part, from, to });
      else this.#runs.set(type, [{ part, from, to }]);
      if (weights[i].length > 0) this.#weighed.add(type);
    }
  }

  /** Puts the facts of one type into the room of its record; where they end. */
  #fill({ head, tail, given }: Part, from: number, type: string, columns: TypeColumns, i: number): number {
    const { at, keep, onOutside, onBadWeight } = this.#ways;
    const [heads, tails, weights] = [columns.heads[i], columns.tails[i], columns.weights[i]];
    let n = from;
    for (let k = 0; k < heads.length; k++) {
      const h = at.get(heads[k]);
      const t = at.get(tails[k]);
      if (h === undefined) onOutside?.(type, heads[k]);
      else if (t === undefined) onOutside?.(type, tails[k]);
      else if (!keep || keep(h, t)) {
        head[n] = h;
        tail[n] = t;
        if (given && weights.length > 0) {
          const value = weightValue(weights[k]);
          if (value === undefined) onBadWeight({ type, value: weights[k] });
          given[n] = value ?? Number.NaN;
        }
        n++;
      }
    }
    return n;
  }

  done(): ReadTriples {
    const types = Array.from(this.#runs, ([type, runs]) => ({ type, runs, name: this.#ways.nameOf(type) }));
    types.sort((a, b) => compareKeys(a.name, b.name));
    const relations = [...new Set(types.map(({ name }) => name))];
    const numberOf = new Map(relations.map((name, number) => [name, number]));
    const next = startsOf(this.#ways.entities, types);
    const rows = next[next.length - 1];
    const [head, relation, tail] = [0, 1, 2].map(() => new Int32Array(rows));
    const weight = new Float32Array(this.#weighed.size > 0 ? rows : 0).fill(1);
    const means: [string, number][] = [];
    // Relation by relation to the next place of each head.
    for (const { type, runs, name } of types) {
      const number = numberOf.get(name) as number;
      const weights = this.#weighed.has(type) ? weightsOf(runs) : undefined;
      if (weights) means.push([type, weights.mean]);
      let n = 0;
      for (const { part, from, to } of runs) {
        const { head: heads, tail: tails } = part;
        for (let k = from; k < to; k++) {
          const row = next[heads[k]]++;
          head[row] = heads[k];
          relation[row] = number;
          tail[row] = tails[k];
          if (weights) weight[row] = weights.relative[n++];
        }
      }
    }
    const triples = dedupePairs({ head, relation, tail, ...(this.#weighed.size > 0 && { weight }) });
    const duplicates = rows - triples.head.length;
    return { relations, triples, duplicates, means: Object.fromEntries(means) };
  }
}

/** [entities + 1] how many facts have a head before each entity; the last is how many there are. */
function startsOf(entities: number, types: readonly { readonly runs: readonly Run[] }[]): Int32Array {
  const starts = new Int32Array(entities + 1);
  for (const { runs } of types)
    for (const { part, from, to } of runs) {
      const { head } = part;
      for (let k = from; k < to; k++) starts[head[k] + 1]++;
    }
  for (let entity = 0; entity < entities; entity++) starts[entity + 1] += starts[entity];
  return starts;
}

function weightsOf(runs: readonly Run[]): { mean: number; relative: Float32Array } {
  const given = givenOf(runs);
  const mean = meanWeight(given);
  return { mean, relative: relativeWeights(given, mean) };
}

const cut = ({ head, tail, given }: Part, rows: number): Part => ({
  head: head.slice(0, rows),
  tail: tail.slice(0, rows),
  ...(given && { given: given.slice(0, rows) }),
});

/** The weights of some runs as they are given; a record without any has none for its facts. */
function givenOf(runs: readonly Run[]): Float64Array {
  const length = runs.reduce((sum, { from, to }) => sum + to - from, 0);
  const out = new Float64Array(length).fill(Number.NaN);
  let n = 0;
  for (const { part, from, to } of runs) {
    if (part.given) out.set(part.given.subarray(from, to), n);
    n += to - from;
  }
  return out;
}
