import { type ErrorCode, KgmentorError } from '../errors.js';
import type { NeighbourBatch } from '../kg/batchSource.js';
import type { SoftTargets } from './answers.js';
import { type Batches, batchOf } from './batches.js';
import type { Job, TrainingQueries } from './job.js';
import type { ChildMessage, FeedMessage } from './messages.js';
import { neighbourQueries } from './queries.js';

/** Batches that the parent process pulls from the database while this one trains. */
export function fedBatches(
  job: Job,
  steps: number,
  answers: (queries: TrainingQueries) => SoftTargets | undefined,
): Batches {
  return {
    steps,
    size: job.settings.batch,
    async take(epoch, step) {
      const queries = neighbourQueries(await ask(epoch, step), job.rows, job.relations);
      const order = Int32Array.from(queries.entity, (_, i) => i);
      const soft = answers(queries);
      return { ...batchOf(queries, order, 0, order.length), ...(soft && { soft }) };
    },
  };
}

/** Asks the parent; a stop or the parent's end is not waited out, as the server may be slow to answer or away. */
function ask(epoch: number, step: number): Promise<NeighbourBatch> {
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
      resolve(message.batch);
    };
    process.on('message', onMessage);
    process.on('disconnect', onDisconnect);
    process.send?.({ type: 'feed', epoch, step } satisfies ChildMessage);
  });
}
