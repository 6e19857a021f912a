import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { growByStructure } from '../../src/kg/growStructure.js';
import { keepLinks } from '../../src/kg/linkSample.js';
import { structuralLinks } from '../../src/kg/structureMatch.js';
import type { Dataset, LinkedClasses } from '../../src/kg/types.js';
import { datasetOf, type Parts, someParts } from './_dataset.js';
import { facts } from './_facts.js';
import { retold } from './_retold.js';

type Say = readonly [relation: number, isTail: boolean, other: number];
const codeOf = (say: Say) => say.join();

/** The definition, one pair of entities and one fact after the other. */
function plainLinks({ sources }: Dataset, { classOf }: LinkedClasses) {
  const S = sources.length;
  const holds = (s: number, c: number) => classOf[s].includes(c);
  const said = (s: number, c: number): Say[] =>
    facts(sources[s].triples).flatMap(([h, r, t]): Say[] => [
      ...(classOf[s][h] === c ? [[r, false, classOf[s][t]] as const] : []),
      ...(classOf[s][t] === c ? [[r, true, classOf[s][h]] as const] : []),
    ]);
  const distinct = (all: Say[]) => [...new Map(all.map((say) => [codeOf(say), say])).values()];
  const others = (t: number) => [...Array(S).keys()].filter((s) => s !== t);
  const agree = (r: number, isTail: boolean): number => {
    let [both, told] = [1, 4];
    for (let s = 0; s < S; s++)
      for (const t of others(s))
        for (const c of new Set(classOf[s]))
          for (const say of distinct(said(s, c))) {
            if (say[0] !== r || say[1] !== isTail || !holds(t, c) || !holds(t, say[2])) continue;
            told++;
            if (said(t, c).some((other) => codeOf(other) === codeOf(say))) both++;
          }
    return both / told;
  };
  const found: [number, number, number, number, number][] = [];
  for (let s = 0; s < S; s++)
    for (let t = s + 1; t < S; t++) {
      const free = (mine: number, other: number) =>
        [...new Set(classOf[mine])].filter((c) => !holds(other, c));
      const [left, right] = [free(s, t), free(t, s)];
      const tells = (c: number, not: number) => distinct(others(not).flatMap((q) => said(q, c)));
      const share = (say: Say) =>
        (right.filter((c) => tells(c, s).some((other) => codeOf(other) === codeOf(say))).length + 1) /
        right.length;
      const evidence = (a: number, b: number): number | undefined => {
        if ([...Array(S).keys()].some((q) => holds(q, a) && holds(q, b))) return undefined;
        const [mine, theirs] = [tells(a, t), tells(b, s)];
        const has = (list: Say[], say: Say) => list.some((other) => codeOf(other) === codeOf(say));
        const common = mine.filter((say) => has(theirs, say));
        if (common.length === 0) return undefined;
        let sum = 0;
        for (const say of common)
          sum += Math.max(0, Math.log(agree(say[0], say[1]) / Math.min(0.9, share(say))));
        for (const say of mine)
          if (!has(theirs, say) && holds(t, say[2])) sum += Math.log(1 - agree(say[0], say[1]));
        for (const say of theirs)
          if (!has(mine, say) && holds(s, say[2])) sum += Math.log(1 - agree(say[0], say[1]));
        return sum;
      };
      for (const a of left)
        for (const b of right) {
          const mine = evidence(a, b);
          if (mine === undefined) continue;
          const odds = [
            { rivals: right.filter((c) => c !== b).map((c) => evidence(a, c)), count: right.length },
            { rivals: left.filter((c) => c !== a).map((c) => evidence(c, b)), count: left.length },
          ].map(({ rivals, count }) => {
            const known = rivals.filter((e) => e !== undefined);
            if (known.some((e) => e > mine - 1e-9)) return undefined;
            return mine - Math.log(2 * count + known.reduce((sum, e) => sum + Math.exp(e), 0));
          });
          const [there, back] = odds;
          if (there === undefined || back === undefined) continue;
          found.push([s, classOf[s].indexOf(a), t, classOf[t].indexOf(b), Math.min(there, back)]);
        }
    }
  return found;
}

const TIED: Parts = {
  sizes: [4, 4, 4],
  relations: ['p', 'q', 'r'],
  known: [
    [
      [1, 0, 0],
      [0, 1, 1],
      [0, 1, 0],
      [0, 0, 3],
      [3, 2, 0],
      [3, 0, 0],
      [1, 1, 2],
      [0, 2, 3],
    ],
    [[1, 0, 3]],
    [
      [3, 0, 0],
      [1, 1, 0],
      [1, 0, 0],
      [3, 2, 1],
    ],
  ],
  links: [
    { leftSource: 2, left: 1, rightSource: 0, right: 0, confidence: 0.25 },
    { leftSource: 0, left: 1, rightSource: 1, right: 1, confidence: 0.25 },
    { leftSource: 0, left: 2, rightSource: 1, right: 3, confidence: 0.25 },
    { leftSource: 2, left: 3, rightSource: 1, right: 3, confidence: 0.25 },
  ],
};

test('proposals are the mutually best pairs by the evidence of their facts', () => {
  fc.assert(
    fc.property(someParts, (parts) => {
      const dataset = datasetOf(parts);
      const classes = linkClasses(parts.sizes, dataset.alignments);
      const { leftSource, left, rightSource, right, score } = structuralLinks(
        dataset.sources,
        classes,
        dataset.relations.length,
      );
      const expected = plainLinks(dataset, classes).sort((a, b) => a[0] - b[0] || a[2] - b[2] || a[1] - b[1]);
      const order = [...left.keys()].sort(
        (a, b) => leftSource[a] - leftSource[b] || rightSource[a] - rightSource[b] || left[a] - left[b],
      );
      assert.deepEqual(
        order.map((i) => [leftSource[i], left[i], rightSource[i], right[i]]),
        expected.map((row) => row.slice(0, 4)),
      );
      for (const [n, i] of order.entries()) assert.ok(Math.abs(score[i] - expected[n][4]) < 1e-4);
    }),
    // Two counterparts whose evidence is the same sum in two orders.
    { examples: [[TIED]] },
  );
});

test('few links grow into many right ones, with probabilities that tell how many are right', () => {
  const dataset = keepLinks(retold(400, 0.7), { share: 0.2, seed: 1 });
  const rounds: number[] = [];
  const added = growByStructure(dataset, { precision: 0.9, key: 'a test' }, undefined, (n) => rounds.push(n));
  assert.equal(
    added.left.length,
    rounds.reduce((sum, n) => sum + n, 0),
  );
  const right = added.left.filter((entity, i) => entity === added.right[i]).length;
  assert.ok(added.left.length > 2 * dataset.alignments.left.length, `${added.left.length} links`);
  assert.ok(right / added.left.length > 0.88, `${right} of ${added.left.length}`);
  const expected = added.confidence.reduce((sum, p) => sum + p, 0) / added.left.length;
  assert.ok(expected >= 0.9);
  const known = new Set(Array.from(dataset.alignments.left, (_, i) => code(dataset.alignments, i)));
  const names = Array.from(added.left, (_, i) => code(added, i));
  assert.equal(new Set(names).size, names.length);
  assert.ok(!names.some((name) => known.has(name)));
});

const code = (links: Dataset['alignments'], i: number) =>
  [links.leftSource[i], links.left[i], links.rightSource[i], links.right[i]].join();

test('nothing grows where too few links are there to learn what a score is worth', () => {
  const dataset = keepLinks(retold(100, 0.7), { share: 0.02, seed: 1 });
  assert.equal(growByStructure(dataset, { precision: 0.9, key: 'a test' }).left.length, 0);
});

test('facts that have nothing in common give no links', () => {
  const dataset = retold(60, 0.7);
  const apart = {
    ...dataset,
    relations: [...'abcdefghi'],
    sources: dataset.sources.map((source, s) => ({
      ...source,
      triples: { ...source.triples, relation: source.triples.relation.map((r) => 3 * s + r) },
    })),
  };
  const found = structuralLinks(apart.sources, linkClasses([60, 60, 60], apart.alignments), 9);
  assert.equal(found.left.length, 0);
});
