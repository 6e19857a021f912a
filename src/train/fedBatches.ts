import { type ErrorCode, KgmentorError } from '../errors.js';
import { answersRandom, type Batches, batchOf } from './batches.js';
import type { Job, TrainingQueries } from './job.js';
import type { ChildMessage, FeedMessage } from './messages.js';
import type { From } from './threadBatches.js';

/** Steps that are asked for beside the one that is waited for, so that they arrive while that one is trained on. */
const AHEAD = 2;

/** Batches that the parent process pulls from the database while this one trains. They must be taken in order. */
export function fedBatches({ settings }: Job, steps: number, from: From): Batches {
  const { batch, epochs, seed, balance } = settings;
  const asked: Promise<TrainingQueries>[] = [];
  let next = from.epoch * steps + from.step;
  return {
    steps,
    size: batch,
    async take(epoch, step) {
      for (; asked.length <= AHEAD && next < epochs * steps; next++) {
        const answer = ask(Math.floor(next / steps), next % steps);
        answer.catch(() => undefined); // told to whoever takes it
        asked.push(answer);
      }
      const queries = await (asked.shift() as Promise<TrainingQueries>);
      const order = Int32Array.from(queries.entity, (_, i) => i);
      return batchOf(queries, order, 0, order.length, { random: answersRandom(seed, epoch, step), balance });
    },
  };
}

/** Asks the parent; a stop or the parent's end is not waited out, as the server may be slow to answer or away. */
function ask(epoch: number, step: number): Promise<TrainingQueries> {
  return new Promise((resolve, reject) => {
    const end = () => {
      process.off('message', onMessage);
      process.off('disconnect', onDisconnect);
    };
    const fail = (code: ErrorCode, message: string) => {
      end();
      reject(new KgmentorError(code, message));
    };
    const onDisconnect = () => fail('INTERRUPTED', 'The process that feeds this training has ended.');
    const onMessage = (message: FeedMessage | 'stop') => {
      if (message === 'stop') return fail('INTERRUPTED', 'Stopped while waiting for a batch.');
      if (message.type === 'feedFailed') return fail('UNREACHABLE', message.message);
      if (message.epoch !== epoch || message.step !== step) return;
      end();
      resolve(message.queries);
    };
    process.on('message', onMessage);
    process.on('disconnect', onDisconnect);
    process.send?.({ type: 'feed', epoch, step } satisfies ChildMessage, (error: Error | null) => {
      if (error) onDisconnect();
    });
  });
}
