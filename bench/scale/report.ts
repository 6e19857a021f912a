import { count, duration, points, table } from '../../src/commands/output.js';
import type { Measured } from './training.js';

export interface SizeReport {
  readonly triples: number;
  readonly entities: number;
  /** By stage. */
  readonly stages: Readonly<Record<string, Measured>>;
}

export interface ScaleReport {
  readonly seed: number;
  readonly dim?: number;
  readonly negatives: number;
  readonly sizes: readonly SizeReport[];
  /** By stage: exponents of time and memory over the triples; null where one size was measured. */
  readonly growth: Readonly<
    Record<string, { readonly seconds: number | null; readonly peakMb: number | null }>
  >;
}

/** A row a stage: time and memory at each size, then the exponents. */
export function scaleLines({ sizes, growth, negatives }: ScaleReport): string[] {
  const exponent = (value: number | null) => (value === null ? '–' : value.toFixed(2));
  const head = [
    'stage',
    ...sizes.flatMap(({ triples }) => [count(triples), 'MB']),
    'exponent of time',
    'of memory',
  ];
  const body = Object.entries(growth).map(([stage, { seconds, peakMb }]) => [
    stage,
    ...sizes.flatMap(({ stages }) => {
      const { seconds, peakMb = 0, isEstimate } = stages[stage];
      return [`${isEstimate ? '≈ ' : ''}${duration(seconds)}`, count(peakMb)];
    }),
    exponent(seconds),
    exponent(peakMb),
  ]);
  const estimated = sizes.some(({ stages }) => Object.values(stages).some(({ isEstimate }) => isEstimate));
  return [
    ...table(head, body),
    '',
    'triples against wall time and peak resident memory; teacher and student are trained for one epoch',
    negatives > 0
      ? `at every size a step compares with ${count(negatives)} drawn entities beside its own, and the teacher answers among them`
      : 'a step compares with all entities: its time grows with them',
    ...waitingLines(sizes),
    ...(estimated
      ? ['≈ an epoch longer than --limit: 20 steps were tried, and their time is multiplied']
      : []),
  ];
}

/** What share of its steps' time each training waited for batches. */
function waitingLines(sizes: readonly SizeReport[]): string[] {
  const waited = sizes.flatMap(({ triples, stages }) =>
    Object.entries(stages).flatMap(([stage, { waiting }]) =>
      waiting === undefined ? [] : [`${stage} of ${count(triples)} ${points(waiting)}%`],
    ),
  );
  return waited.length === 0 ? [] : [`waited for batches: ${waited.join(', ')}`];
}
