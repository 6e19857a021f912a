import type { FaultRow } from './scenario.js';

/** What one injection did. */
export type Harm = Partial<Record<'lost' | 'doubled' | 'mixed' | 'leftOver', boolean>>;

/** Counts what became of the faults of one kind. */
export interface Tally {
  readonly row: FaultRow;
  /** Counts one injection and tells of the harm that it did. */
  add(harm: Harm, detail?: string): void;
}

/**
 * @example
 * const kills = tally('kill -9 of the trainer', log);
 * kills.add({ lost: !weights.equals(whole) });
 */
export function tally(kind: string, log: (line: string) => void): Tally {
  const row = { kind, injected: 0, lost: 0, doubled: 0, mixed: 0, leftOver: 0 };
  return {
    row,
    add(harm, detail = '') {
      row.injected++;
      const done = (['lost', 'doubled', 'mixed', 'leftOver'] as const).filter((what) => harm[what]);
      for (const what of done) row[what]++;
      if (done.length > 0) log(`${kind}, time ${row.injected}: ${done.join(', ')}. ${detail}`);
    },
  };
}

/** The error that some work ends with, if it does. */
export const failureOf = (work: Promise<unknown>): Promise<Error | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
