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

export const SIDES = ['kgmentor', 'PyKEEN'] as const;
export type SideName = (typeof SIDES)[number];
