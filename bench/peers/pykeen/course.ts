/** A validation after an epoch. */
export interface Validation {
  readonly epoch: number;
  /** MRR */
  readonly value: number;
  /** Seconds until then that went into training. */
  readonly trainSeconds: number;
  /** Seconds until then in all, with the validations. */
  readonly seconds: number;
}

/** How a training went: its validations in order. */
export type Course = readonly Validation[];

/** The validation with the highest MRR, the first of equal ones. */
export const bestOf = (course: Course): Validation =>
  course.reduce((best, one) => (one.value > best.value ? one : best));

/** When a training first came to an MRR; undefined where it never did. */
export const reaching = (course: Course, value: number): Validation | undefined =>
  course.find((one) => one.value >= value);
