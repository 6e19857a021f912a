/** Steps of a trial. */
export const TRIAL_STEPS = 20;

/** What a trial of the real trainer found. */
export interface Trial {
  /** Steps that were tried: fewer than `TRIAL_STEPS` where the training has no more. */
  readonly steps: number;
  readonly stepsAnEpoch: number;
  /** Queries a step. */
  readonly rowsAStep: number;
  /** Median, the first step left out. */
  readonly secondsAStep: number;
  /** Share of the steps' time that they waited for their batches, in [0, 1]; the first one left out. */
  readonly waiting: number;
  /** Loading, with the teacher's answers, which are kept beside it. */
  readonly prepareSeconds: number;
  /** Of one validation, from the rate of a part of it; 0 without validation facts. */
  readonly validationSeconds: number;
  /** Of the process that tried it, in MB (2²⁰ bytes). */
  readonly peakMb: number;
}
