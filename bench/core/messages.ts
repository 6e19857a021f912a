/** What either side is asked, and how it answers. */
export type Asked =
  /** So many steps from the starting values. */
  | { readonly ask: 'train'; readonly steps: number }
  /** The held-out facts ranked so many times. */
  | { readonly ask: 'rank'; readonly times: number };

export interface Answer {
  /** User and system time of the process for what was asked. */
  readonly cpuMs: number;
  /** Of each step. */
  readonly losses?: readonly number[];
  readonly ranks?: readonly number[];
}

/** Of a long training of the product alone. */
export interface LeakPoint {
  readonly step: number;
  readonly tensors: number;
  readonly residentMb: number;
}
