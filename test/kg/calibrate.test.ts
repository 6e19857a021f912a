import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calibrate, confidenceOf, type Judged } from '../../src/kg/calibrate.js';
import { chooseLinks, judgeLinks } from '../../src/kg/chooseLinks.js';
import type { ScoredLinks } from '../../src/kg/links.js';
import { seededRandom } from '../../src/kg/random.js';
import { alignments, type Link } from './_links.js';

const someJudged: fc.Arbitrary<Judged[]> = fc.array(
  fc.record({
    score: fc.double({ min: -30, max: 30, noNaN: true }),
    right: fc.boolean(),
    weight: fc.constantFrom(1, 2),
  }),
  { maxLength: 30 },
);

/** Cross-entropy to Platt's targets. */
function loss(judged: readonly Judged[], intercept: number, slope: number): number {
  const weigh = (keep: boolean) =>
    judged.reduce((sum, { right, weight }) => sum + (right === keep ? weight : 0), 0);
  const [right, wrong] = [weigh(true), weigh(false)];
  return judged.reduce((sum, one) => {
    const target = one.right ? (right + 1) / (right + 2) : 1 / (wrong + 2);
    const z = intercept + slope * one.score;
    return sum + one.weight * (Math.log1p(Math.exp(-Math.abs(z))) + Math.max(0, z) - target * z);
  }, 0);
}

test('no other probability that rises with the score fits better', () => {
  fc.assert(
    fc.property(someJudged, (judged) => {
      const { intercept, slope } = calibrate(judged);
      assert.ok(Number.isFinite(intercept) && slope >= 0);
      const best = loss(judged, intercept, slope);
      for (const da of [-0.3, -0.01, 0, 0.01, 0.3])
        for (const db of [-0.1, -0.001, 0, 0.001, 0.1])
          assert.ok(best <= loss(judged, intercept + da, Math.max(0, slope + db)) + 1e-6);
    }),
  );
});

test('the probability that scores were drawn with is found again', () => {
  const random = seededRandom(1);
  const judged = Array.from({ length: 20_000 }, () => {
    const score = 10 * random() - 5;
    return { score, right: random() < confidenceOf({ intercept: -1, slope: 0.8 }, score), weight: 1 };
  });
  const { intercept, slope } = calibrate(judged);
  assert.ok(Math.abs(intercept + 1) < 0.1 && Math.abs(slope - 0.8) < 0.05, `${intercept}, ${slope}`);
});

/** Proposal i joins entity i of the left source with entity i of the right one, unless said otherwise. */
const proposals = (scores: readonly number[], right = (i: number) => i): ScoredLinks => ({
  leftSource: new Int32Array(scores.length),
  left: Int32Array.from(scores, (_, i) => i),
  rightSource: new Int32Array(scores.length).fill(1),
  right: Int32Array.from(scores, (_, i) => right(i)),
  score: Float32Array.from(scores),
});

test('proposals are judged by what links say of their ends, in either direction of the links', () => {
  const link = (left: number, right: number): Link => ({
    leftSource: 0,
    left,
    rightSource: 1,
    right,
    confidence: 1,
  });
  const found = proposals([5, 4, 3, 2], (i) => [0, 2, 1, 3][i]);
  const held = [
    link(0, 0),
    { ...link(1, 1), leftSource: 1, rightSource: 0 },
    { ...link(3, 0), rightSource: 2 },
  ];
  assert.deepEqual(judgeLinks(found, alignments(held)), [
    { score: 5, right: true, weight: 1 }, // link (0, 0)
    { score: 4, right: false, weight: 1 }, // its left end is linked to 1
    { score: 3, right: false, weight: 1 }, // its right end is linked to 1
    // entity 3 is linked into another source: nothing is known here
  ]);
  const swapped = judgeLinks(
    proposals([1, 1], (i) => 1 - i),
    alignments([link(0, 0), link(1, 1)]),
  );
  assert.deepEqual(
    swapped.map(({ weight }) => weight),
    [2, 2],
  );
});

test('the surest proposals are chosen, as many as their mean probability allows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 20 }),
      fc.constantFrom(0.5, 0.8, 0.9),
      (scores, precision) => {
        const fit = { intercept: 0, slope: 0.1 };
        const chosen = chooseLinks(proposals(scores), fit, precision);
        const sorted = scores.map((score, i) => [score, i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
        const meanOf = (n: number) =>
          sorted.slice(0, n).reduce((sum, [score]) => sum + Math.fround(confidenceOf(fit, score)), 0) / n;
        const counts = [...Array(scores.length).keys()].map((i) => i + 1);
        const most = counts.findLast((n) => meanOf(n) >= precision) ?? 0;
        assert.deepEqual(
          [...chosen.left],
          sorted.slice(0, most).map(([, i]) => i),
        );
        assert.deepEqual(
          [...chosen.confidence],
          sorted.slice(0, most).map(([score]) => Math.fround(confidenceOf(fit, score))),
        );
      },
    ),
  );
});
