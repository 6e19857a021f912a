import { KgmentorError } from '../errors.js';
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

function ask(epoch: number, step: number): Promise<NeighbourBatch> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FeedMessage | 'stop') => {
      if (message === 'stop') return;
      if (message.type === 'neighbours' && (message.epoch !== epoch || message.step !== step)) return;
      process.off('message', onMessage);
      if (message.type === 'neighbours') resolve(message.batch);
      else reject(new KgmentorError('UNREACHABLE', message.message));
    };
    process.on('message', onMessage);
    process.send?.({ type: 'feed', epoch, step } satisfies ChildMessage);
  });
}
