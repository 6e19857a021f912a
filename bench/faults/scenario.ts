/** What became of one kind of fault. All numbers but the first are to be 0. */
export interface FaultRow {
  readonly kind: string;
  /** How often it was injected. */
  readonly injected: number;
  /** Times after which something was lost, or the work did not come to its end. */
  readonly lost: number;
  /** Times after which something was there twice, or done twice. */
  readonly doubled: number;
  /** Times at which parts of several versions were seen together. */
  readonly mixed: number;
  /** Times after which something stayed that nobody needs any more. */
  readonly leftOver: number;
}

/** Faults of one sort, on real servers. */
export interface Scenario {
  readonly name: string;
  /** Injects the faults: a few of them, or in full as many as are promised. */
  run(options: { full: boolean; log(line: string): void }): Promise<readonly FaultRow[]>;
}
