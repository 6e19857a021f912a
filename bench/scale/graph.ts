import { KgmentorError } from '../../src/errors.js';
import { mixSeed, seededRandom } from '../../src/kg/random.js';

/** What a made-up graph of several sources is like. */
export interface ScaleShape {
  /** Facts over all sources; one that two sources tell counts twice. */
  readonly triples: number;
  /** Entities over all sources; one of two sources that are linked counts twice. */
  readonly entities: number;
  readonly sources: number;
  readonly relations: number;
  readonly seed: number;
}

/** A tenth as many entities as triples, in three sources. */
export const shapeOf = (triples: number, seed = 1): ScaleShape => ({
  triples,
  entities: Math.round(triples / 10),
  sources: 3,
  relations: 200,
  seed,
});

/** A fact over concepts, and the sources that tell it. */
export interface ScaleFact {
  readonly head: number;
  readonly relation: number;
  readonly tail: number;
  readonly sources: readonly number[];
}

/** Sources tell facts about one world of numbered concepts; whatever stands for one concept in two sources is linked. */
export interface ScaleGraph {
  readonly shape: ScaleShape;
  readonly concepts: number;
  /** The sources in which a concept is an entity, smallest first. */
  holders(concept: number): readonly number[];
  facts(): Generator<ScaleFact>;
}

/** Shares of the concepts that all sources hold, and that two do; the others stand in one. */
const IN_ALL = 0.02;
const IN_TWO = 0.2;
/** Share of the other sources that could tell a fact and do. */
const RETOLD = 0.5;
/** Exponents of the power laws of degrees by rank: of heads, tails and relations. */
const HEADS = 0.6;
const TAILS = 0.7;
const RELATIONS = 0.9;
/** Draws of a tail that a source of the head holds as well. */
const TRIES = 50;
/** Streams of random numbers beside each other. */
const STREAM = { holders: 1, facts: 2, heads: 3, tails: 4 };

/**
 * A graph of several sources with known links, the same for the same shape. Degrees of entities and relations follow
 * power laws; no list of facts or entities is held, however large the graph is.
 *
 * @throws KgmentorError USAGE for a shape that cannot be
 * @example
 * for (const { head, relation, tail, sources } of scaleGraph(shapeOf(100_000)).facts()) …
 */
export function scaleGraph(shape: ScaleShape): ScaleGraph {
  const { triples, entities, sources, relations, seed } = shape;
  if (!(entities >= 20 * sources && sources >= 2 && relations >= 1 && triples >= entities))
    throw new KgmentorError('USAGE', `No graph of ${triples} triples over ${entities} entities is made.`, {
      next: 'Give at least 1,000 triples.',
    });
  const drawn = (concept: number) => holdersOf(concept, sources, seed);
  let concepts = 0;
  let held = 0;
  while (held < entities) held += drawn(concepts++).length;
  // The last concept is in as many sources as there are entities left.
  const over = held - entities;
  const holders = (concept: number) => {
    const all = drawn(concept);
    return concept === concepts - 1 ? all.slice(0, all.length - over) : all;
  };
  const headRank = permutation(concepts, seed, STREAM.heads);
  const tailOfRank = permutation(concepts, seed, STREAM.tails);
  function* facts(): Generator<ScaleFact> {
    let told = 0;
    for (let head = 0; head < concepts && told < triples; head++) {
      const random = seededRandom(seed, head, STREAM.facts);
      const mine = holders(head);
      const seen = new Set<number>();
      for (let left = degree(headRank(head), triples, concepts); left > 0 && told < triples; left--) {
        const relation = ranked(random(), relations, RELATIONS);
        const tail = newTail(head, relation, seen, random);
        if (tail === undefined) continue;
        const able = mine.filter((source) => holders(tail).includes(source));
        const first = able[Math.floor(random() * able.length)];
        const tellers = able.filter((source) => source === first || random() < RETOLD);
        told += tellers.length;
        yield {
          head,
          relation,
          tail,
          sources: tellers.slice(0, tellers.length - Math.max(0, told - triples)),
        };
      }
    }
  }
  /** A tail that a source of the head holds, new to (head, relation); undefined where none was drawn. */
  function newTail(head: number, relation: number, seen: Set<number>, random: () => number) {
    for (let tries = 0; tries < TRIES; tries++) {
      const tail = tailOfRank(ranked(random(), concepts, TAILS));
      const id = relation * concepts + tail;
      if (tail === head || seen.has(id)) continue;
      if (!holders(tail).some((source) => holders(head).includes(source))) continue;
      seen.add(id);
      return tail;
    }
    return undefined;
  }
  return { shape, concepts, holders, facts };
}

function holdersOf(concept: number, sources: number, seed: number): number[] {
  const draw = mixSeed(seed, concept, STREAM.holders) / 2 ** 32;
  if (draw < IN_ALL) return Array.from({ length: sources }, (_, s) => s);
  const home = concept % sources;
  if (draw >= IN_ALL + IN_TWO) return [home];
  const step = 1 + Math.floor(((draw - IN_ALL) / IN_TWO) * (sources - 1));
  return [home, (home + step) % sources].sort((a, b) => a - b);
}

/** Share of the whole that ranks below `rank` have under a power law of an exponent under 1. */
const shareBelow = (rank: number, count: number, exponent: number): number =>
  ((rank + 1) ** (1 - exponent) - 1) / ((count + 1) ** (1 - exponent) - 1);

/** Facts of a head by its rank: all heads together have `total`. */
const degree = (rank: number, total: number, count: number): number =>
  Math.floor(total * shareBelow(rank + 1, count, HEADS)) - Math.floor(total * shareBelow(rank, count, HEADS));

/** A rank in [0, count) by a power law, from an even draw in [0, 1). */
const ranked = (draw: number, count: number, exponent: number): number =>
  Math.min(
    count - 1,
    Math.floor((draw * ((count + 1) ** (1 - exponent) - 1) + 1) ** (1 / (1 - exponent))) - 1,
  );

/** The numbers 0..count-1 in another order, without a list of them: i → (a · i + b) mod count. */
function permutation(count: number, seed: number, stream: number): (i: number) => number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let factor = 1 + (mixSeed(seed, stream, 1) % (count - 1));
  while (divisor(factor, count) !== 1) factor = 1 + (factor % (count - 1));
  const shift = mixSeed(seed, stream, 2) % count;
  return (i) => (factor * i + shift) % count; // under 2^53 for all counts that fit into memory
}
