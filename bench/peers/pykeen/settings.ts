/** What is tuned. */
export interface Setting {
  readonly learningRate: number;
  /** Weight of the N3 penalty. */
  readonly n3: number;
  readonly batch: number;
}

/** What both sides share. */
export interface Budget {
  readonly dim: number;
  readonly seed: number;
  readonly threads: number;
  /** At most. */
  readonly epochs: number;
  /** Validations without a better one, one an epoch, after which a training ends. */
  readonly patience: number;
}

export const PATIENCE = 8;

export const SIDES = ['kgmentor', 'PyKEEN'] as const;
export type SideName = (typeof SIDES)[number];

const RATES = [0.2, 0.5, 1];
const PENALTIES = [0.05, 0.1, 0.2];
const BATCHES = [512, 256];

/**
 * Nine settings, the same for both sides: each learning rate with each penalty, and the batches by turns, so that each
 * rate and each penalty stands beside both.
 */
export const SPACE: readonly Setting[] = RATES.flatMap((learningRate, i) =>
  PENALTIES.map((n3, j) => ({ learningRate, n3, batch: BATCHES[(i + j) % 2] })),
);
