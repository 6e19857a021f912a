import { adjacency, lowerBound, tailsOf } from '../kg/csr.js';
import { seededRandom } from '../kg/random.js';
import { concatTriples, pickTriples } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';

export interface HardNegativeOptions {
  readonly entities: number;
  /** Without reciprocals. */
  readonly relations: number;
  readonly seed: number;
}

/** True facts and as many false ones. */
export interface LabelledFacts {
  /** The false counterpart of row i is row n/2 + i of the n rows. */
  readonly facts: Triples;
  /** [facts] 1 where true. */
  readonly truth: Uint8Array;
  /** Facts left out, because every entity that their relation leads to makes a known fact. */
  readonly without: number;
}

/**
 * Facts with a false counterpart each, whose tail is of the right type: another entity to which the relation leads in
 * the training facts, evenly drawn among those that make no known fact. A fact's counterpart depends on the seed and the
 * fact, not on its place.
 *
 * @param known facts that are never taken for false, beside the asked ones; without the test facts where a choice is made
 * @example
 * withHardNegatives(split.valid, split.train, [split.train], { entities, relations, seed: 1 });
 */
export function withHardNegatives(
  asked: Triples,
  train: Triples,
  known: readonly Triples[],
  { entities, relations, seed }: HardNegativeOptions,
): LabelledFacts {
  const graph = adjacency({ triples: concatTriples([asked, ...known]), rows: entities, relations });
  const typed = tailsByRelation(train, relations);
  const rows: number[] = [];
  const tails: number[] = [];
  for (let i = 0; i < asked.head.length; i++) {
    const [h, r, t] = [asked.head[i], asked.relation[i], asked.tail[i]];
    const tail = drawOther(typed[r], tailsOf(graph, h, r), () => seededRandom(seed, h, r, t)());
    if (tail < 0) continue;
    rows.push(i);
    tails.push(tail);
  }
  const facts = pickTriples(asked, rows);
  return {
    facts: concatTriples([facts, { ...facts, tail: Int32Array.from(tails) }]),
    truth: Uint8Array.from({ length: 2 * rows.length }, (_, i) => Number(i < rows.length)),
    without: asked.head.length - rows.length,
  };
}

/** The distinct tails of each relation, sorted. */
function tailsByRelation({ relation, tail }: Triples, relations: number): Int32Array[] {
  const sets = Array.from({ length: relations }, () => new Set<number>());
  for (let i = 0; i < tail.length; i++) sets[relation[i]].add(tail[i]);
  return sets.map((set) => Int32Array.from(set).sort());
}

/** One of the sorted `typed` that is not among the sorted `known`, evenly; -1 where there is none. */
function drawOther(typed: Int32Array, known: Int32Array, random: () => number): number {
  const taken: number[] = [];
  for (const tail of known) {
    const at = lowerBound(typed, tail, 0, typed.length);
    if (typed[at] === tail) taken.push(at);
  }
  const free = typed.length - taken.length;
  if (free === 0) return -1;
  let at = Math.floor(random() * free);
  for (const place of taken) if (place <= at) at++;
  return typed[at];
}
