import { type Calibration, confidenceOf, type Judged } from './calibrate.js';
import type { ScoredLinks } from './links.js';
import type { Alignments } from './types.js';

const endCode = (source: number, entity: number, other: number): string => `${source} ${entity} ${other}`;

/**
 * The proposals that links which were held back can judge: those of which an end has its own counterpart among them. A
 * wrong one counts for each such end: it makes up for wrong ones between entities without any counterpart, which no
 * link can judge.
 *
 * @param heldBack links that the proposer has not seen
 */
export function judgeLinks(proposals: ScoredLinks, heldBack: Alignments): Judged[] {
  const { leftSource, left, rightSource, right, score } = proposals;
  const counterparts = new Map<string, Set<number>>();
  const add = (code: string, entity: number) => {
    const known = counterparts.get(code);
    if (known) known.add(entity);
    else counterparts.set(code, new Set([entity]));
  };
  for (const [i, a] of heldBack.left.entries()) {
    const [s, t, b] = [heldBack.leftSource[i], heldBack.rightSource[i], heldBack.right[i]];
    add(endCode(s, a, t), b);
    add(endCode(t, b, s), a);
  }
  const judged: Judged[] = [];
  for (let i = 0; i < left.length; i++) {
    const forLeft = counterparts.get(endCode(leftSource[i], left[i], rightSource[i]));
    const forRight = counterparts.get(endCode(rightSource[i], right[i], leftSource[i]));
    const ends = Number(forLeft !== undefined) + Number(forRight !== undefined);
    if (ends === 0) continue;
    const isRight = forLeft?.has(right[i]) ?? forRight?.has(left[i]) ?? false;
    judged.push({ score: score[i], right: isRight, weight: isRight ? 1 : ends });
  }
  return judged;
}

/**
 * As many as possible of the surest proposals, so that the expected share of right ones is at least `precision`.
 *
 * @param precision wanted share of right ones, in (0, 1)
 * @returns the chosen proposals, surest first; their confidences are their probabilities of being right
 * @example
 * chooseLinks(proposals, calibrate(judgeLinks(proposals, heldBack)), 0.9).confidence;
 */
export function chooseLinks(proposals: ScoredLinks, calibration: Calibration, precision: number): Alignments {
  const { score } = proposals;
  const order = [...score.keys()].sort((a, b) => score[b] - score[a] || a - b);
  const confidence = Float32Array.from(order, (i) => confidenceOf(calibration, score[i]));
  let chosen = 0;
  let sum = 0;
  for (const [n, p] of confidence.entries()) {
    sum += p;
    if (sum / (n + 1) >= precision) chosen = n + 1;
  }
  const pick = (column: Int32Array) => Int32Array.from(order.slice(0, chosen), (i) => column[i]);
  return {
    leftSource: pick(proposals.leftSource),
    left: pick(proposals.left),
    rightSource: pick(proposals.rightSource),
    right: pick(proposals.right),
    confidence: confidence.slice(0, chosen),
  };
}
