/** A score of something of which it is known whether it was right. */
export interface Judged {
  readonly score: number;
  readonly right: boolean;
  /** Above 0. */
  readonly weight: number;
}

/** Scores as probabilities: 1 / (1 + exp(−(intercept + slope · score))). */
export interface Calibration {
  readonly intercept: number;
  /** At least 0. */
  readonly slope: number;
}

/** Newton steps at most; a handful is usual. */
const MOST_STEPS = 100;

/**
 * Fits a probability to scores by what was right (Platt 1999, "Probabilistic outputs for support vector machines", with
 * his smoothed targets, so that scores that part right from wrong give no infinite slope). Where a higher score does
 * not mean surer, the probability is the same for all.
 *
 * @example
 * const fit = calibrate([{ score: 1, right: false, weight: 1 }, { score: 3, right: true, weight: 1 }]);
 * confidenceOf(fit, 3) > confidenceOf(fit, 1); // true
 */
export function calibrate(judged: readonly Judged[]): Calibration {
  const sum = (of: (one: Judged) => number) => judged.reduce((total, one) => total + one.weight * of(one), 0);
  const total = sum(() => 1);
  const right = sum((one) => Number(one.right));
  const targetOf = (one: Judged) => (one.right ? (right + 1) / (right + 2) : 1 / (total - right + 2));
  const share = total > 0 ? sum(targetOf) / total : 0.5;
  const constant: Calibration = { intercept: Math.log(share / (1 - share)), slope: 0 };
  const mean = sum(({ score }) => score) / total;
  const spread = Math.sqrt(sum(({ score }) => (score - mean) ** 2) / total);
  if (!(spread > 0)) return constant;
  const points = judged.map((one) => ({
    x: (one.score - mean) / spread,
    target: targetOf(one),
    weight: one.weight,
  }));
  const [a, b] = logistic(points);
  return b > 0 ? { intercept: a - (b * mean) / spread, slope: b / spread } : constant;
}

interface Point {
  readonly x: number;
  readonly target: number;
  readonly weight: number;
}

/** Intercept and slope of least cross-entropy, by Newton steps that are halved until the loss falls. */
function logistic(points: readonly Point[]): [intercept: number, slope: number] {
  const lossOf = (a: number, b: number): number =>
    points.reduce((sum, { x, target, weight }) => {
      const z = a + b * x;
      return sum + weight * (Math.log1p(Math.exp(-Math.abs(z))) + Math.max(0, z) - target * z);
    }, 0);
  let [a, b] = [0, 0];
  for (let step = 0, loss = lossOf(a, b); step < MOST_STEPS; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9];
    for (const { x, target, weight } of points) {
      const p = 1 / (1 + Math.exp(-(a + b * x)));
      ga += weight * (p - target);
      gb += weight * (p - target) * x;
      haa += weight * p * (1 - p);
      hab += weight * p * (1 - p) * x;
      hbb += weight * p * (1 - p) * x * x;
    }
    const determinant = haa * hbb - hab * hab;
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    let rate = 1;
    while (rate > 1e-6 && !(lossOf(a - rate * da, b - rate * db) <= loss)) rate /= 2;
    a -= rate * da;
    b -= rate * db;
    const next = lossOf(a, b);
    if (!(loss - next > 1e-9)) break;
    loss = next;
  }
  return [a, b];
}

/** The probability of a score, in (0, 1). */
export const confidenceOf = ({ intercept, slope }: Calibration, score: number): number =>
  1 / (1 + Math.exp(-(intercept + slope * score)));
