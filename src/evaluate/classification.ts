import { KgmentorError } from '../errors.js';

/** A fact is held for true where its score is at least its relation's threshold. */
export interface Thresholds {
  /** For relations without one of their own. */
  readonly global: number;
  readonly byRelation: ReadonlyMap<number, number>;
}

/** Shares in [0, 1]; 0 where there is nothing to divide by. */
export interface ClassificationFigures {
  readonly count: number;
  readonly accuracy: number;
  /** Of what is held for true, what is. */
  readonly precision: number;
  /** Of what is true, what is held for it. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
  /** Chance that a true fact scores above a false one, equal scores for half; without any threshold. */
  readonly auc: number;
}

/** True facts under which a relation's own threshold is chance. */
const LEAST_FACTS = 10;

/**
 * The threshold of each relation that tells most validation facts from their negatives; the one over all relations
 * where a relation has fewer than ten true validation facts.
 *
 * @param scores of the validation facts @param truth 1 where true @param relation of each
 * @throws KgmentorError NO_DATA without a validation fact
 * @example
 * classify(testScores, test.truth, test.facts.relation, fitThresholds(scores, valid.truth, valid.facts.relation)).accuracy;
 */
export function fitThresholds(
  scores: ArrayLike<number>,
  truth: Uint8Array,
  relation: Int32Array,
): Thresholds {
  if (truth.length === 0)
    throw new KgmentorError('NO_DATA', 'There is no validation fact to fit a threshold on.', {
      next: 'Hold facts out for validation (heldOut.valid).',
    });
  const order = sortedRows(scores, [...truth.keys()]);
  const rowsOf = new Map<number, number[]>();
  for (const row of order) {
    const rows = rowsOf.get(relation[row]);
    if (rows) rows.push(row);
    else rowsOf.set(relation[row], [row]);
  }
  const byRelation = new Map<number, number>();
  for (const [id, rows] of rowsOf)
    if (rows.reduce((sum, row) => sum + truth[row], 0) >= LEAST_FACTS)
      byRelation.set(id, bestThreshold(scores, truth, rows));
  return { global: bestThreshold(scores, truth, order), byRelation };
}

const sortedRows = (scores: ArrayLike<number>, rows: number[]): number[] =>
  rows.sort((a, b) => scores[a] - scores[b]);

/** Where most rows fall on their side, half-way between two scores; the lowest of equally good ones. */
function bestThreshold(scores: ArrayLike<number>, truth: Uint8Array, ascending: readonly number[]): number {
  // Rows before the cut are held for false.
  let right = ascending.reduce((sum, row) => sum + truth[row], 0);
  let best = right;
  let threshold = Number.NEGATIVE_INFINITY;
  for (const [i, row] of ascending.entries()) {
    right += truth[row] ? -1 : 1;
    const score = scores[row];
    const next = i + 1 < ascending.length ? scores[ascending[i + 1]] : Number.POSITIVE_INFINITY;
    if (next === score || right <= best) continue;
    best = right;
    const between = (score + next) / 2;
    threshold = between > score ? between : next;
  }
  return threshold;
}

/**
 * How well scores tell true facts from false ones.
 *
 * @param keep which rows count; all where absent
 */
export function classify(
  scores: ArrayLike<number>,
  truth: Uint8Array,
  relation: Int32Array,
  thresholds: Thresholds,
  keep?: (row: number) => boolean,
): ClassificationFigures {
  const rows = [...truth.keys()].filter((row) => !keep || keep(row));
  let [right, held, found, positive] = [0, 0, 0, 0];
  for (const row of rows) {
    const isHeld = Number(scores[row] >= (thresholds.byRelation.get(relation[row]) ?? thresholds.global));
    right += Number(isHeld === truth[row]);
    held += isHeld;
    found += isHeld & truth[row];
    positive += truth[row];
  }
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    count: rows.length,
    accuracy: share(right, rows.length),
    precision: share(found, held),
    recall: share(found, positive),
    f1: share(2 * found, held + positive),
    auc: share(pairsInOrder(scores, truth, rows), positive * (rows.length - positive)),
  };
}

/** Pairs of a true and a false row in which the true one scores higher, equal ones half. */
function pairsInOrder(scores: ArrayLike<number>, truth: Uint8Array, rows: readonly number[]): number {
  const order = sortedRows(scores, [...rows]);
  let [pairs, below] = [0, 0];
  for (let from = 0, to = 0; from < order.length; from = to) {
    let [positive, negative] = [0, 0];
    for (; to < order.length && scores[order[to]] === scores[order[from]]; to++)
      if (truth[order[to]]) positive++;
      else negative++;
    pairs += positive * (below + negative / 2);
    below += negative;
  }
  return pairs;
}
