import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { KgmentorError } from '../errors.js';
import type { WalkStatistics } from '../kg/walkStatistics.js';
import { type Batch, type Batches, rowsOf, stepsOf } from './batches.js';
import type { TrainingQueries } from './job.js';
import { type FailedMessage, failureTold, toldFailure } from './messages.js';
import { type BatchColumns, hopsOf } from './walkingBatches.js';

/** Where a training begins, or goes on. */
export interface From {
  readonly epoch: number;
  readonly step: number;
}

/** What a thread is begun with. */
export interface ThreadOrder {
  readonly columns: BatchColumns;
  readonly from: From;
  /** Batches at most that are made and not taken. */
  readonly ahead: number;
  /** [1] shared: batches taken. */
  readonly taken: Int32Array;
}

/** What it tells. */
export type ThreadMessage =
  | { readonly type: 'batch'; readonly epoch: number; readonly step: number; readonly batch: Batch }
  | { readonly type: 'walks'; readonly walks: WalkStatistics }
  | FailedMessage;

/** Enough that a slow batch, such as an epoch's first one, is made up for. */
const AHEAD = 4;

/** Rows of all epochs and hops from which making them takes longer than starting a thread. */
const WORTH = 300_000;

const script = new URL('./batchWorker.js', import.meta.url);

/** Whether a thread that makes a job's batches pays. */
export const isWorthAThread = (
  { queries, settings }: Pick<BatchColumns, 'queries' | 'settings'>,
  cores = availableParallelism(),
): boolean => cores > 1 && settings.epochs * queries.entity.length * hopsOf(settings) >= WORTH;

/** The same queries in memory that threads share. */
export const sharedQueries = (queries: TrainingQueries): TrainingQueries =>
  Object.fromEntries(
    Object.entries(queries).map(([name, column]) => [name, shared(column)]),
  ) as unknown as TrainingQueries;

function shared<C extends Int32Array | Float32Array>(column: C): C {
  if (column.buffer instanceof SharedArrayBuffer) return column;
  const Kind = column.constructor as new (buffer: SharedArrayBuffer) => C;
  const copy = new Kind(new SharedArrayBuffer(column.byteLength));
  copy.set(column);
  return copy;
}

/**
 * The batches of `jobBatches`, made in a thread of their own while the trainer's native steps go on, a few ahead.
 * A batch depends on (seed, epoch, step) alone, so they are the same bit for bit. They must be taken in order.
 *
 * @param from the first batch that is asked for
 * @example
 * const batches = threadBatches({ ...job, queries: sharedQueries(job.queries) }, { epoch: 0, step: 0 });
 */
export function threadBatches(
  { queries: given, rows, relations, settings }: BatchColumns,
  from: From,
  ahead = AHEAD,
): Batches {
  const queries = sharedQueries(given);
  const size = rowsOf(queries, settings.batch);
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const order: ThreadOrder = { columns: { queries, rows, relations, settings }, from, ahead, taken };
  const worker = new Worker(script, { workerData: order });
  // A training that ends early or fails waits for no batch.
  worker.unref();
  const told: Exclude<ThreadMessage, { type: 'walks' }>[] = [];
  let wake = () => {};
  let tellWalks: (walks: WalkStatistics) => void = () => {};
  const walks = new Promise<WalkStatistics>((resolve) => {
    tellWalks = resolve;
  });
  const hear = (message: ThreadMessage) => {
    if (message.type === 'walks') return tellWalks(message.walks);
    told.push(message);
    wake();
  };
  worker.on('message', hear);
  worker.on('error', (cause) => hear(toldFailure(cause)));
  worker.on('exit', () =>
    hear(toldFailure(new KgmentorError('UNEXPECTED', 'The thread that makes batches has ended.'))),
  );
  const next = async (): Promise<(typeof told)[number]> => {
    if (told.length === 0) {
      worker.ref();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      worker.unref();
    }
    return told[0];
  };
  return {
    size,
    steps: stepsOf(queries, size),
    walks,
    async take(epoch, step) {
      const message = await next();
      if (message.type === 'failed') throw failureTold(message);
      if (message.epoch !== epoch || message.step !== step)
        throw new KgmentorError(
          'UNEXPECTED',
          `Batch ${epoch}:${step} was asked for, and ${message.epoch}:${message.step} is the next one.`,
        );
      told.shift();
      Atomics.add(taken, 0, 1);
      Atomics.notify(taken, 0);
      return message.batch;
    },
    close: () => worker.terminate(),
  };
}
