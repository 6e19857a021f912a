import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { relationMatches, sourceOverlap } from '../../src/kg/matches.js';
import type { LinkedClasses } from '../../src/kg/types.js';
import { datasetOf, type Parts, someParts } from './_dataset.js';
import { distinct, type Fact } from './_facts.js';
import { alignments } from './_links.js';

const classesOf = ({ sizes, links }: Parts): LinkedClasses => linkClasses(sizes, alignments(links));

/** Facts of one source on classes, those with both ends linked to the other one. */
function linkedFacts({ known }: Parts, { classOf }: LinkedClasses, source: number, other: number): Fact[] {
  const onClasses = known[source].map(([h, r, t]): Fact => [classOf[source][h], r, classOf[source][t]]);
  return distinct(onClasses.filter(([h, , t]) => classOf[other].includes(h) && classOf[other].includes(t)));
}

const pairsIn = (facts: readonly Fact[], relation: number): Set<string> =>
  new Set(facts.filter(([, r]) => r === relation).map(([h, , t]) => `${h} ${t}`));

const sourcePairs = ({ sizes }: Parts): [number, number][] =>
  sizes.flatMap((_, left) => sizes.slice(left + 1).map((_, i): [number, number] => [left, left + 1 + i]));

test('matches are all relations that join two shared pairs or more, but two names that both sources use', () => {
  fc.assert(
    fc.property(someParts, (parts) => {
      const classes = classesOf(parts);
      const uses = (source: number, relation: number) => parts.known[source].some(([, r]) => r === relation);
      const expected = sourcePairs(parts).flatMap(([left, right]) =>
        parts.relations.flatMap((leftRelation, l) =>
          parts.relations.flatMap((rightRelation, r) => {
            const mine = pairsIn(linkedFacts(parts, classes, left, right), l);
            const theirs = pairsIn(linkedFacts(parts, classes, right, left), r);
            const shared = [...mine].filter((pair) => theirs.has(pair)).length;
            const known = uses(right, l) && uses(left, r);
            const jaccard = shared / new Set([...mine, ...theirs]).size;
            return l === r || shared < 2 || known
              ? []
              : [
                  {
                    leftSource: `s${left}`,
                    leftRelation,
                    rightSource: `s${right}`,
                    rightRelation,
                    shared,
                    jaccard,
                  },
                ];
          }),
        ),
      );
      const byText = (all: readonly object[]) => all.map((match) => JSON.stringify(match)).sort();
      assert.deepEqual(byText(relationMatches(datasetOf(parts), classes)), byText(expected));
    }),
    { numRuns: 500 },
  );
});

/** Two sources of 20 entities, linked one to one. */
const linked = (left: readonly Fact[], right: readonly Fact[]): Parts => ({
  sizes: [20, 20],
  relations: ['p', 'q', 'r', 's'],
  known: [[...left], [...right]],
  links: Array.from({ length: 20 }, (_, e) => ({
    leftSource: 0,
    left: e,
    rightSource: 1,
    right: e,
    confidence: 1,
  })),
});
const chain = (relation: number, from: number, to: number): Fact[] =>
  Array.from({ length: to - from }, (_, i): Fact => [from + i, relation, from + i + 1]);

const ranked = (parts: Parts): string[] =>
  relationMatches(datasetOf(parts), classesOf(parts)).map((m) => `${m.leftRelation}=${m.rightRelation}`);

test('the larger overlap comes first, and many shared pairs come before one that may be chance', () => {
  // p and r join 9 of 10 pairs alike, q and s the only two that they join.
  const parts = linked([...chain(0, 0, 10), ...chain(1, 12, 14)], [...chain(2, 0, 9), ...chain(3, 12, 14)]);
  assert.deepEqual(ranked(parts), ['p=r', 'q=s']);
  // r has 9 of p's 10 pairs, s has 5 of them.
  assert.deepEqual(ranked(linked(chain(0, 0, 10), [...chain(2, 0, 9), ...chain(3, 0, 5)])), ['p=r', 'p=s']);
});

test('overlap counts links, coverage, relations and facts as plain sets do', () => {
  fc.assert(
    fc.property(someParts, (parts) => {
      const classes = classesOf(parts);
      const expected = sourcePairs(parts).map(([left, right]) => {
        const mine = linkedFacts(parts, classes, left, right);
        const theirs = linkedFacts(parts, classes, right, left);
        const links = [...classes.classOf[left]].filter((id) => classes.classOf[right].includes(id)).length;
        const used = [left, right].map((source) => new Set(parts.known[source].map(([, r]) => r)));
        return {
          left: `s${left}`,
          right: `s${right}`,
          links,
          leftCoverage: links / parts.sizes[left],
          rightCoverage: links / parts.sizes[right],
          sharedRelations: [...used[0]].filter((r) => used[1].has(r)).length,
          leftTriples: mine.length,
          rightTriples: theirs.length,
          sharedTriples: mine.filter((fact) => theirs.some((other) => String(other) === String(fact))).length,
        };
      });
      assert.deepEqual(sourceOverlap(datasetOf(parts), classes), expected);
    }),
    { numRuns: 500 },
  );
});
