import { dice, equalPairs, NEAR, nearPairs, trigramSets } from './nameBlocks.js';
import { type PlainName, plainName, plainValue } from './names.js';

/** Entities of one source as matching sees them. */
export interface Described {
  readonly names: readonly (string | null)[];
  /** Of each entity: property → values as text. */
  readonly values: readonly ReadonlyMap<string, readonly string[]>[];
  /** Of each entity its neighbours, as positions in `names`. */
  readonly neighbours: readonly (readonly number[])[];
  /** Entity → label. */
  readonly label: Int32Array;
  /** 1 where a counterpart is known: no other one is sought. */
  readonly linked: Uint8Array;
}

/** Proposed links, each entity at most once. */
export interface MatchedEntities {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** In (0, 1]. */
  readonly confidence: Float32Array;
}

export interface MatchOptions {
  /** Links under this confidence are left out. */
  readonly least: number;
  /** Whether entities of these two labels may be one thing; any where absent. */
  readonly labels?: (left: number, right: number) => boolean;
}

/** Bits of evidence. A pair of equal names without anything else stands at 16 to 1, a near one at about even. */
const EQUAL_NAME = 4;
const NEAR_NAME = 0.8;
const NEAR_BITS = 20;
/** Names of one spelling that brackets tell apart. */
const OTHER_QUALIFIER = -4;
const SAME_QUALIFIER = 1;
const ONE_QUALIFIER = -1;
/** Values are told of one thing several times over, so each counts half of what it would alone; neighbours less. */
const VALUE_SHARE = 0.5;
const NEIGHBOUR_SHARE = 0.25;
const MOST_NEIGHBOUR_BITS = 4;
/** A property of one name with other values, and all of these together. */
const OTHER_VALUE = -2;
const MOST_OTHER_VALUES = -6;
/** Pairs of one value at most where the value alone makes them candidates. */
const MOST_VALUE_PAIRS = 9;

/** What of a side is compared. */
interface Side {
  readonly plain: readonly (PlainName | null)[];
  readonly values: readonly (readonly string[])[];
  readonly byProperty: readonly ReadonlyMap<string, readonly string[]>[];
  readonly around: readonly (readonly string[])[];
}

function sideOf({ names, values, neighbours }: Described): Side {
  const plain = names.map((name) => {
    const found = name === null ? null : plainName(name);
    return found?.text ? found : null;
  });
  const byProperty = values.map(
    (of) =>
      new Map(
        [...of].map(([property, all]) => [
          property.toLowerCase(),
          [...new Set(all.map(plainValue))].filter((value) => value !== ''),
        ]),
      ),
  );
  return {
    plain,
    byProperty,
    values: byProperty.map((of) => [...new Set([...of.values()].flat())]),
    around: neighbours.map((all) => [...new Set(all.flatMap((i) => plain[i]?.text ?? []))]),
  };
}

/** Bits that an equal value is worth: the fewer entities of either side have it, the more. */
function rarity(left: readonly (readonly string[])[], right: readonly (readonly string[])[]) {
  const count = (side: readonly (readonly string[])[]) => {
    const counts = new Map<string, number>();
    for (const all of side) for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
    return counts;
  };
  const [mine, theirs] = [count(left), count(right)];
  const share = (counts: Map<string, number>, one: string, size: number) => (counts.get(one) ?? 0) / size;
  return (one: string): number =>
    -Math.log2(Math.max(share(mine, one, left.length), share(theirs, one, right.length)));
}

/**
 * Proposes which entities of two sources are one, from equal or near-equal names, equal property values and equal names
 * of neighbours, without any link to learn from. Evidence is counted in bits against the odds that two entities taken
 * at random are one; a pair's confidence is its share among all counterparts of either end and having none. Pairs are
 * compared only where they share a name, a rare trigram of one, or a value that hardly anyone has.
 *
 * @returns pairs, surest first; each entity stands in one of them at most
 * @example
 * matchEntities(movies, films, { least: 0.5 }).confidence[0]; // in (0.5, 1]
 */
export function matchEntities(left: Described, right: Described, options: MatchOptions): MatchedEntities {
  const pairs = scoredPairs(left, right, options);
  const ofLeft = totals(pairs, 'left');
  const ofRight = totals(pairs, 'right');
  const sure = pairs
    .map((pair) => ({
      ...pair,
      confidence:
        2 ** pair.bits / Math.max(ofLeft.get(pair.left) as number, ofRight.get(pair.right) as number),
    }))
    .filter(({ confidence }) => Math.fround(confidence) >= Math.fround(options.least))
    .sort((a, b) => b.confidence - a.confidence || a.left - b.left || a.right - b.right);
  const taken = [new Set<number>(), new Set<number>()];
  const kept = sure.filter((pair) => {
    if (taken[0].has(pair.left) || taken[1].has(pair.right)) return false;
    taken[0].add(pair.left);
    taken[1].add(pair.right);
    return true;
  });
  return {
    left: Int32Array.from(kept, (pair) => pair.left),
    right: Int32Array.from(kept, (pair) => pair.right),
    confidence: Float32Array.from(kept, (pair) => pair.confidence),
  };
}

interface ScoredPair {
  readonly left: number;
  readonly right: number;
  /** Log-odds to the base 2. */
  readonly bits: number;
}

/** Of each entity the odds of all its candidates and of none. */
function totals(pairs: readonly ScoredPair[], end: 'left' | 'right'): Map<number, number> {
  const out = new Map<number, number>();
  for (const pair of pairs) out.set(pair[end], (out.get(pair[end]) ?? 1) + 2 ** pair.bits);
  return out;
}

function scoredPairs(left: Described, right: Described, { labels }: MatchOptions): ScoredPair[] {
  const [mine, theirs] = [sideOf(left), sideOf(right)];
  const text = (side: Side) => side.plain.map((name) => name?.text ?? '');
  const sets = trigramSets(text(mine), text(theirs));
  const seen = new Set<number>();
  const met = (a: number, b: number) => {
    if (left.linked[a] || right.linked[b]) return;
    if (!labels || labels(left.label[a], right.label[b])) seen.add(a * theirs.plain.length + b);
  };
  const namesOf = (side: Side) => side.plain.map((name) => (name ? [name.text] : []));
  equalPairs(namesOf(mine), namesOf(theirs), met);
  nearPairs(sets.left, sets.right, met);
  equalPairs(mine.values, theirs.values, met, MOST_VALUE_PAIRS);
  const valueBits = rarity(mine.values, theirs.values);
  const neighbourBits = rarity(mine.around, theirs.around);
  const random = Math.log2(Math.max(mine.plain.length, theirs.plain.length));
  return Array.from(seen, (code) => {
    const a = Math.floor(code / theirs.plain.length);
    const b = code % theirs.plain.length;
    const bits =
      nameEvidence(mine.plain[a], theirs.plain[b], dice(sets.left[a], sets.right[b]), random) +
      Math.min(random + EQUAL_NAME, VALUE_SHARE * shared(mine.values[a], theirs.values[b], valueBits)) +
      contradiction(mine.byProperty[a], theirs.byProperty[b]) +
      Math.min(
        MOST_NEIGHBOUR_BITS,
        NEIGHBOUR_SHARE * shared(mine.around[a], theirs.around[b], neighbourBits),
      ) -
      random;
    return { left: a, right: b, bits };
  });
}

/** Bits of two names, up to those that make up for the odds of a random pair. */
function nameEvidence(a: PlainName | null, b: PlainName | null, near: number, random: number): number {
  if (!a || !b) return 0;
  const equal = a.text === b.text;
  if (!equal && near < NEAR) return 0;
  const qualifier =
    a.qualifier === b.qualifier
      ? Number(a.qualifier !== '') * SAME_QUALIFIER
      : a.qualifier === '' || b.qualifier === ''
        ? ONE_QUALIFIER
        : OTHER_QUALIFIER;
  return random + (equal ? EQUAL_NAME : NEAR_BITS * (near - NEAR_NAME)) + qualifier;
}

function shared(a: readonly string[], b: readonly string[], bitsOf: (one: string) => number): number {
  const other = new Set(b);
  return a.reduce((sum, one) => sum + (other.has(one) ? bitsOf(one) : 0), 0);
}

/** Properties of one name that have no value in common. */
function contradiction(
  a: ReadonlyMap<string, readonly string[]>,
  b: ReadonlyMap<string, readonly string[]>,
): number {
  let sum = 0;
  for (const [property, mine] of a) {
    const theirs = b.get(property);
    if (mine.length > 0 && theirs && theirs.length > 0 && !mine.some((one) => theirs.includes(one)))
      sum += OTHER_VALUE;
  }
  return Math.max(MOST_OTHER_VALUES, sum);
}

/** Pairs of labels that hold less than this share of the matches of either one's best pair are chance. */
const LEAST_SHARE = 0.2;

/**
 * Which labels of two sources name the same kind of thing, judged by where matches lie: pairs that hold many of the
 * matches of both labels.
 *
 * @example
 * const isKind = matchingLabels(left, right, matchEntities(left, right, { least: 0.5 }));
 * isKind(0, 1); // whether entities of the left source's first and the right one's second label may be one
 */
export function matchingLabels(
  left: Pick<Described, 'label'>,
  right: Pick<Described, 'label'>,
  matched: MatchedEntities,
): (left: number, right: number) => boolean {
  const counts = new Map<string, number>();
  const best = [new Map<number, number>(), new Map<number, number>()];
  for (const [i, a] of matched.left.entries()) {
    const labels = [left.label[a], right.label[matched.right[i]]];
    const n = (counts.get(labels.join()) ?? 0) + 1;
    counts.set(labels.join(), n);
    for (const [side, label] of labels.entries())
      best[side].set(label, Math.max(n, best[side].get(label) ?? 0));
  }
  return (a, b) => {
    const n = counts.get([a, b].join()) ?? 0;
    return n > 0 && n >= LEAST_SHARE * Math.max(best[0].get(a) ?? 0, best[1].get(b) ?? 0);
  };
}
