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
  readonly growth: Readonly<Record<string, Growth>>;
}

export interface Growth {
  readonly seconds: number | null;
  /** Of time, between the two largest sizes. */
  readonly last: number | null;
  readonly peakMb: number | null;
}

/** What no stage may be over: its exponents, the share of its time that a training waits, and megabytes of a process. */
export const BARS = { exponent: 1.1, waiting: 0.05, trainerMb: 6000, readerMb: 1000 };
/** Triples for which the bars of memory are. */
const LARGE = 5_000_000;

const judged = (value: number, bar: number): string => (value <= bar ? 'held' : 'missed');

/** A row a stage: time and memory at each size, then the exponents. */
export function scaleLines({ sizes, growth, negatives }: ScaleReport): string[] {
  const exponent = (value: number | null) => (value === null ? '–' : value.toFixed(2));
  const head = [
    'stage',
    ...sizes.flatMap(({ triples }) => [count(triples), 'MB']),
    'exponent of time',
    'of the last two',
    'of memory',
    `≤ ${BARS.exponent.toFixed(2)}`,
  ];
  const body = Object.entries(growth).map(([stage, { seconds, last, peakMb }]) => [
    stage,
    ...sizes.flatMap(({ stages }) => {
      const { seconds, peakMb = 0, isEstimate } = stages[stage];
      return [`${isEstimate ? '≈ ' : ''}${duration(seconds)}`, count(peakMb)];
    }),
    exponent(seconds),
    exponent(last),
    exponent(peakMb),
    seconds === null || peakMb === null ? '–' : judged(Math.max(seconds, peakMb), BARS.exponent),
  ]);
  const estimated = sizes.some(({ stages }) => Object.values(stages).some(({ isEstimate }) => isEstimate));
  return [
    ...table(head, body),
    '',
    'triples against wall time and peak resident memory; teacher and student are trained for one epoch and validated; evaluation ranks test facts, of many a sample',
    negatives > 0
      ? `at every size a step compares with ${count(negatives)} drawn entities beside its own, and the teacher answers among them`
      : 'a step compares with all entities: its time grows with them',
    ...steeperLines(growth),
    ...waitingLines(sizes),
    ...memoryLines(sizes),
    ...(estimated
      ? [
          '≈ an epoch longer than --limit: 20 steps and some validation were tried, and their time is multiplied',
        ]
      : []),
  ];
}

/** Stages that grow faster at the end: fixed costs of the smallest size flatten the exponent over all. */
function steeperLines(growth: ScaleReport['growth']): string[] {
  const steeper = Object.entries(growth).flatMap(([stage, { last }]) =>
    last !== null && last > BARS.exponent ? [`${stage} ${last.toFixed(2)}`] : [],
  );
  return steeper.length === 0
    ? []
    : [`over ${BARS.exponent.toFixed(2)} between the last two sizes alone: ${steeper.join(', ')}`];
}

/** What share of its steps' time each training waited for batches. */
function waitingLines(sizes: readonly SizeReport[]): string[] {
  const all = sizes.flatMap(({ triples, stages }) =>
    Object.entries(stages).flatMap(([stage, { waiting }]) =>
      waiting === undefined ? [] : [{ text: `${stage} of ${count(triples)} ${points(waiting)}%`, waiting }],
    ),
  );
  if (all.length === 0) return [];
  const most = Math.max(...all.map(({ waiting }) => waiting));
  return [
    `waited for batches: ${all.map(({ text }) => text).join(', ')} (≤ ${points(BARS.waiting)}%: ${judged(most, BARS.waiting)})`,
  ];
}

/** Peaks at the size that has a bar for them. */
function memoryLines(sizes: readonly SizeReport[]): string[] {
  const stages = sizes.find(({ triples }) => triples === LARGE)?.stages;
  const line = (what: string, names: readonly string[], bar: number) => {
    const measured = names.flatMap((name) => stages?.[name] ?? []);
    if (measured.length === 0) return [];
    const most = Math.max(...measured.map(({ peakMb }) => peakMb ?? 0));
    const about = measured.some(({ isEstimate }) => isEstimate) ? '≈ ' : '';
    return [
      `${what} of ${count(LARGE)} triples: ${about}${count(most)} MB (≤ ${count(bar)}: ${judged(most, bar)})`,
    ];
  };
  return [
    ...line('trainers', ['teacher', 'student'], BARS.trainerMb),
    ...line('readers', ['read', 'subgraph'], BARS.readerMb),
  ];
}
