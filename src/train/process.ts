import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { KgmentorError } from '../errors.js';
import type { BatchSource } from '../kg/batchSource.js';
import { forkTensorFlow } from './fork.js';
import {
  type ChildMessage,
  type FeedMessage,
  failureTold,
  type TrainResult,
  toldFailure,
} from './messages.js';
import { neighbourQueries } from './queries.js';
import { type AskMode, doWork, type Work } from './work.js';

export interface ProcessOptions {
  /** Go on from the folder's checkpoint where there is one. */
  readonly resume?: boolean;
  /** Threads of TensorFlow; part of what makes a run reproducible. All cores where absent. */
  readonly threads?: number;
  /** The only GPU that it uses, as a value of CUDA_VISIBLE_DEVICES; all where absent. */
  readonly device?: string;
  /** Aborting asks the process to write a checkpoint and end. */
  readonly signal?: AbortSignal;
  /** Trains nothing that stays: asks the model of a folder, the job's teacher, or the trainer itself. */
  readonly ask?: { readonly mode: AskMode; readonly by: string | 'teacher' };
  /** Feeds the batches of a job that has none of its own. */
  readonly feed?: BatchSource;
  readonly onMessage?: (message: ChildMessage) => void;
}

let isHere = false;
/** The end of the last training in this process. */
let lastHere: Promise<unknown> = Promise.resolve();

/**
 * From now on this process does what it would have a process do, one thing after the other, with the threads with which
 * TensorFlow was loaded: for tests and debuggers. Trials, whose memory is measured, and fed trainings are left to
 * processes of their own.
 */
export function trainHere(): void {
  isHere = true;
}

/** A child that ends while it is told something needs no telling. */
const unheard = () => {};

const script = new URL('./child.js', import.meta.url);

/**
 * Trains the job of a run folder in a process of its own: a native step blocks the event loop, and TensorFlow reads
 * its thread count from the environment when it loads.
 *
 * @throws KgmentorError INTERRUPTED after an abort, with the checkpoint written; the child's own error otherwise
 */
export function runTraining(folder: string, options: ProcessOptions = {}): Promise<TrainResult> {
  const threads = options.threads ?? availableParallelism();
  const work: Work = options.ask ? [options.ask.mode, options.ask.by] : [options.resume ? 'resume' : 'begin'];
  if (isHere && !options.feed && work[0] !== 'trial') {
    const ended = lastHere.then(() => workHere(folder, work, options));
    lastHere = ended.catch(() => undefined);
    return ended;
  }
  const { child, said } = forkTensorFlow(script, [folder, ...work], threads, options.device);
  return new Promise((resolve, reject) => {
    let result: TrainResult | undefined;
    let failure: KgmentorError | undefined;
    let feedFailure: unknown;
    const ask = () => child.connected && child.send('stop', unheard);
    options.signal?.addEventListener('abort', ask, { once: true });
    if (options.signal?.aborted) ask();
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'feed') {
        answerFeed(child, options.feed, message).catch((cause) => {
          feedFailure = cause;
        });
        return;
      }
      if (message.type === 'ended') result = message;
      else if (message.type === 'failed') failure = failureTold(message);
      options.onMessage?.(message);
    });
    child.on('error', (cause) => {
      failure ??= new KgmentorError('UNEXPECTED', 'The training process could not be started.', { cause });
    });
    child.on('close', (code, signal) => {
      options.signal?.removeEventListener('abort', ask);
      // A batch that was asked for ahead is not needed where training has ended.
      if (result?.ended === 'done') resolve(result);
      else if (feedFailure) reject(feedFailure);
      else if (failure) reject(failure);
      else if (result) {
        reject(stopped(folder));
      } else {
        reject(
          new KgmentorError(
            'UNEXPECTED',
            `The training process ended without a result (${signal ? `signal ${signal}` : `exit code ${code}`}).`,
            {
              cause: said(),
              next: 'If memory ran out, take a smaller dim or batch; --resume goes on from the last checkpoint.',
            },
          ),
        );
      }
    });
  });
}

const stopped = (folder: string) =>
  new KgmentorError('INTERRUPTED', `Stopped; the checkpoint is in ${folder}.`, {
    next: 'Run the same command with --resume to go on.',
  });

async function workHere(folder: string, work: Work, options: ProcessOptions): Promise<TrainResult> {
  let result: TrainResult | undefined;
  const tell = (message: ChildMessage) => {
    if (message.type === 'ended') result = message;
    options.onMessage?.(message);
  };
  try {
    await doWork(folder, work, { tell, stopping: () => options.signal?.aborted === true });
  } catch (error) {
    throw failureTold(toldFailure(error));
  }
  if (result?.ended === 'done') return result;
  throw stopped(folder);
}

/** Pulls a batch for the child; where that fails the child is told to end, and the failure is the parent's to tell. */
async function answerFeed(
  child: ChildProcess,
  feed: BatchSource | undefined,
  { epoch, step }: { epoch: number; step: number },
): Promise<void> {
  const send = (message: FeedMessage) => child.connected && child.send(message, unheard);
  try {
    if (!feed) throw new KgmentorError('UNEXPECTED', 'The job is fed from outside, and nothing feeds it.');
    // Grouped here, where no step waits for it.
    const queries = neighbourQueries(await feed.pull(epoch, step), feed.rows, feed.relations);
    send({ type: 'neighbours', epoch, step, queries });
  } catch (error) {
    send({ type: 'feedFailed', message: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}
