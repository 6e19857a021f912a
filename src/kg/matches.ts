import { dedupeTriples, filterTriples, tripleSet } from './triples.js';
import type { Dataset, LinkedClasses, Triples } from './types.js';

/** Two relations of two sources that join the same linked pairs. */
export interface RelationMatch {
  readonly leftSource: string;
  readonly leftRelation: string;
  readonly rightSource: string;
  readonly rightRelation: string;
  /** Pairs of linked classes that both relations join. */
  readonly shared: number;
  /** `shared` of all pairs that either joins, among those with both ends in both sources; in (0, 1]. */
  readonly jaccard: number;
}

/** What two sources have in common. */
export interface SourceOverlap {
  readonly left: string;
  readonly right: string;
  /** Linked pairs of entities, those linked through a third source included. */
  readonly links: number;
  /** Share of the left source's entities that are linked to the right one, in [0, 1]. */
  readonly leftCoverage: number;
  readonly rightCoverage: number;
  /** Relations that both sources use. */
  readonly sharedRelations: number;
  /** Triples of the left source with both ends linked to the right one: what it gives to the right one at hop 0. */
  readonly leftTriples: number;
  readonly rightTriples: number;
  /** Facts that stand in both sources. */
  readonly sharedTriples: number;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  /** Linked pairs of entities. */
  readonly links: number;
  /** On class ids, only those with both ends in both sources. */
  readonly leftTriples: Triples;
  readonly rightTriples: Triples;
}

/** Each pair of sources once, the earlier one left. */
function* pairsOf({ sources, relations }: Dataset, { classOf, count }: LinkedClasses): Generator<Pair> {
  const members = classOf.map((classes) => {
    const holds = new Uint8Array(count);
    for (const id of classes) holds[id] = 1;
    return holds;
  });
  const within = (source: number, other: number): Triples => {
    const { head, tail } = sources[source].triples;
    const isLinked = (entity: number) => members[other][classOf[source][entity]] === 1;
    const linked = filterTriples(sources[source].triples, (i) => isLinked(head[i]) && isLinked(tail[i]));
    const onClasses = (ends: Int32Array) => ends.map((entity) => classOf[source][entity]);
    return dedupeTriples(
      { head: onClasses(linked.head), relation: linked.relation, tail: onClasses(linked.tail) },
      count,
      relations.length,
    );
  };
  for (let left = 0; left < sources.length; left++)
    for (let right = left + 1; right < sources.length; right++)
      yield {
        left,
        right,
        links: members[left].reduce((sum, holds, id) => sum + (holds & members[right][id]), 0),
        leftTriples: within(left, right),
        rightTriples: within(right, left),
      };
}

/** A single shared pair is as likely to be chance. */
const MIN_SHARED = 2;

/** Lower end of the 95 % interval of a share (Wilson): 1 of 1 says less than 90 of 100. */
function lowerBound(share: number, of: number): number {
  const z = 1.96;
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z / (2 * of)) ** 2);
  return (share + z ** 2 / (2 * of) - spread) / (1 + z ** 2 / of);
}

/**
 * Proposes which relations of two sources mean the same under different names, best first: those that join the same
 * pairs of linked entities. Many shared pairs weigh more than few at the same share. Two names that both sources use
 * are no proposal, as each has its counterpart.
 *
 * @example
 * relationMatches(dataset, linkClasses(sizes, dataset.alignments))[0];
 * // { leftSource: 'movies', leftRelation: 'ACTED_IN', rightSource: 'films', rightRelation: 'STARS_IN', shared: 812, jaccard: 0.9 }
 */
export function relationMatches(dataset: Dataset, classes: LinkedClasses): RelationMatch[] {
  const { sources, relations } = dataset;
  const used = sources.map(({ triples }) => new Set(triples.relation));
  const found: { match: RelationMatch; weight: number }[] = [];
  for (const { left, right, leftTriples, rightTriples } of pairsOf(dataset, classes)) {
    const joined = new Map<number, number[]>();
    const leftSize = new Int32Array(relations.length);
    const rightSize = new Int32Array(relations.length);
    for (const [i, relation] of leftTriples.relation.entries()) {
      leftSize[relation]++;
      const pair = leftTriples.head[i] * classes.count + leftTriples.tail[i];
      const known = joined.get(pair);
      if (known) known.push(relation);
      else joined.set(pair, [relation]);
    }
    const shared = new Map<number, number>();
    for (const [i, relation] of rightTriples.relation.entries()) {
      rightSize[relation]++;
      for (const other of joined.get(rightTriples.head[i] * classes.count + rightTriples.tail[i]) ?? []) {
        const code = other * relations.length + relation;
        shared.set(code, (shared.get(code) ?? 0) + 1);
      }
    }
    for (const [code, both] of shared) {
      if (both < MIN_SHARED) continue;
      const mine = Math.floor(code / relations.length);
      const other = code % relations.length;
      if (mine === other || (used[right].has(mine) && used[left].has(other))) continue;
      const either = leftSize[mine] + rightSize[other] - both;
      const jaccard = both / either;
      found.push({
        match: {
          leftSource: sources[left].name,
          leftRelation: relations[mine],
          rightSource: sources[right].name,
          rightRelation: relations[other],
          shared: both,
          jaccard,
        },
        weight: lowerBound(jaccard, either),
      });
    }
  }
  return found.sort((a, b) => b.weight - a.weight).map(({ match }) => match);
}

/**
 * What each pair of sources has in common, in the order of the sources.
 *
 * @example
 * sourceOverlap(dataset, linkClasses(sizes, dataset.alignments))[0].leftCoverage; // share in [0, 1]
 */
export function sourceOverlap(dataset: Dataset, classes: LinkedClasses): SourceOverlap[] {
  const { sources, relations } = dataset;
  const used = sources.map(({ triples }) => new Set(triples.relation));
  const share = (links: number, source: number) =>
    links === 0 ? 0 : links / sources[source].entities.keys.length;
  return [...pairsOf(dataset, classes)].map(({ left, right, links, leftTriples, rightTriples }) => {
    const known = tripleSet(rightTriples, classes.count, relations.length);
    const { head, relation, tail } = leftTriples;
    return {
      left: sources[left].name,
      right: sources[right].name,
      links,
      leftCoverage: share(links, left),
      rightCoverage: share(links, right),
      sharedRelations: [...used[left]].filter((id) => used[right].has(id)).length,
      leftTriples: head.length,
      rightTriples: rightTriples.head.length,
      sharedTriples: head.reduce((sum, h, i) => sum + Number(known.has(h, relation[i], tail[i])), 0),
    };
  });
}
