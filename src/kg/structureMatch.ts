import { agreement, type ClassFacts, classFacts, factsOf, membersOf, otherEnd, sayOf } from './classFacts.js';
import { type LinkRow, type ScoredLinks, scoredColumns } from './links.js';
import type { LinkedClasses, SourceGraph } from './types.js';

/** A fact that more classes share than this points at none of them. */
const MOST_HOLDERS = 100;
/** Share of the unlinked entities that have a counterpart, before anything is known of them. */
const LINKED_SHARE = 0.5;
/** A fact that nearly everybody shares is no evidence. */
const MOST_SHARE = 0.9;

interface Candidate {
  readonly left: number;
  readonly right: number;
  /** log P(facts | one thing) − log P(facts | two things). */
  readonly evidence: number;
}

/** What the unlinked classes of one side tell of themselves; facts of the other side's source do not count. */
interface Side {
  readonly free: readonly number[];
  /** Class → facts. */
  readonly facts: ReadonlyMap<number, Float64Array>;
  /** [classes] which classes the source holds. */
  readonly knows: Uint8Array;
}

/**
 * Pairs of unlinked entities that their facts with linked ends hold to be one thing: for each two sources those that
 * are each other's best counterpart. Evidence is a log-likelihood ratio with facts taken as independent (Fellegi and
 * Sunter 1969, "A theory for record linkage"): a fact that both tell speaks for the pair, the more the fewer share it; one
 * that only one tells, although the other source knows its other end, speaks against it. How often sources agree on a
 * relation is counted on what is linked. A pair's score is its log-odds against all other counterparts and none.
 *
 * @param relations without reciprocals
 * @example
 * structuralLinks(dataset.sources, linkClasses(sizes, dataset.alignments), dataset.relations.length);
 */
export function structuralLinks(
  sources: readonly SourceGraph[],
  classes: LinkedClasses,
  relations: number,
): ScoredLinks {
  const members = membersOf(classes);
  const facts = sources.map((source, s) => classFacts(source, classes.classOf[s], classes.count));
  const agree = agreement(facts, members, classes.count, relations);
  const rows: LinkRow[] = [];
  for (let s = 0; s < sources.length; s++)
    for (let t = s + 1; t < sources.length; t++) {
      const [left, right] = [sideOf(s, t, facts, members), sideOf(t, s, facts, members)];
      const candidates = candidatesOf(left, right, members, agree, classes.count);
      const [a, b] = [entityOf(classes.classOf[s]), entityOf(classes.classOf[t])];
      for (const { pair, score } of mutualBest(candidates, left, right))
        rows.push([s, a.get(pair.left) as number, t, b.get(pair.right) as number, score]);
    }
  return scoredColumns(rows);
}

/** Class → the source's entity in it. */
const entityOf = (classOf: Int32Array): Map<number, number> =>
  new Map(Array.from(classOf, (c, entity) => [c, entity]));

function sideOf(
  source: number,
  other: number,
  facts: readonly ClassFacts[],
  members: readonly Uint8Array[],
): Side {
  const free = [...members[source].keys()].filter((c) => members[source][c] && !members[other][c]);
  const tellers = facts.filter((_, s) => s !== other);
  return { free, facts: new Map(free.map((c) => [c, factsOf(tellers, c)])), knows: members[source] };
}

/** What a fact says of pairs of classes, one of either side. */
interface Holders {
  /** Classes of the right side that tell it. */
  readonly classes: number[];
  /** Evidence where both tell it. */
  weight: number;
}

/** Pairs of unlinked classes that share a fact which few share and no source, with their evidence. */
function candidatesOf(
  left: Side,
  right: Side,
  members: readonly Uint8Array[],
  agree: Float64Array,
  classes: number,
): Candidate[] {
  const holders = new Map<number, Holders>();
  for (const [c, codes] of right.facts)
    for (const code of codes) {
      const known = holders.get(code);
      if (known) known.classes.push(c);
      else holders.set(code, { classes: [c], weight: 0 });
    }
  for (const [code, one] of holders) {
    const share = (one.classes.length + 1) / right.free.length;
    one.weight = Math.max(0, Math.log(agree[sayOf(code, classes)] / Math.min(share, MOST_SHARE)));
  }
  const lack = agree.map((share) => Math.log(1 - share));
  const lackOf = (code: number, other: Side): number =>
    other.knows[otherEnd(code, classes)] ? lack[sayOf(code, classes)] : 0;
  const evidenceOf = (mine: Float64Array, theirs: Float64Array): number => {
    let sum = 0;
    let [i, j] = [0, 0];
    while (i < mine.length || j < theirs.length) {
      const x = i < mine.length ? mine[i] : Number.POSITIVE_INFINITY;
      const y = j < theirs.length ? theirs[j] : Number.POSITIVE_INFINITY;
      if (x === y) sum += (holders.get(x) as Holders).weight;
      else sum += x < y ? lackOf(x, right) : lackOf(y, left);
      if (x <= y) i++;
      if (y <= x) j++;
    }
    return sum;
  };
  const out: Candidate[] = [];
  for (const [a, mine] of left.facts) {
    const met = new Set<number>();
    for (const code of mine) {
      const known = holders.get(code)?.classes;
      if (known && known.length <= MOST_HOLDERS) for (const b of known) met.add(b);
    }
    for (const b of met)
      if (!members.some((holds) => holds[a] && holds[b]))
        out.push({ left: a, right: b, evidence: evidenceOf(mine, right.facts.get(b) as Float64Array) });
  }
  return out;
}

/** What is known of a class among its candidates. */
interface Rivals {
  best: number;
  second: number;
  /** Log-sum of all candidates' evidence and of having no counterpart. */
  total: number;
}

function rivals(
  candidates: readonly Candidate[],
  end: 'left' | 'right',
  others: number,
): Map<number, Rivals> {
  const none = Math.log(others / LINKED_SHARE);
  const out = new Map<number, Rivals>();
  for (const one of candidates) {
    const known = out.get(one[end]) ?? {
      best: Number.NEGATIVE_INFINITY,
      second: Number.NEGATIVE_INFINITY,
      total: none,
    };
    const high = Math.max(known.total, one.evidence);
    known.total = high + Math.log1p(Math.exp(Math.min(known.total, one.evidence) - high));
    known.second = Math.max(known.second, Math.min(known.best, one.evidence));
    known.best = Math.max(known.best, one.evidence);
    out.set(one[end], known);
  }
  return out;
}

/** Evidence that is nearer than this is equal: sums of the same facts in another order differ as much. */
const TIE = 1e-9;
/** Log-odds are cut here: no sum of doubles tells surer ones apart. */
const SUREST = 35;

/** Candidates that are the one best of both ends, with the lower of their log-odds. */
function mutualBest(
  candidates: readonly Candidate[],
  left: Side,
  right: Side,
): { pair: Candidate; score: number }[] {
  const ofLeft = rivals(candidates, 'left', right.free.length);
  const ofRight = rivals(candidates, 'right', left.free.length);
  return candidates.flatMap((pair) => {
    const ends = [ofLeft.get(pair.left) as Rivals, ofRight.get(pair.right) as Rivals];
    if (ends.some(({ best, second }) => pair.evidence < best || second > best - TIE)) return [];
    const odds = ends.map(({ total }) => {
      const rest = -Math.expm1(pair.evidence - total); // 1 − the pair's share
      return rest > 0 ? pair.evidence - total - Math.log(rest) : SUREST;
    });
    return [{ pair, score: Math.min(SUREST, ...odds) }];
  });
}
