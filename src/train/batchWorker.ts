/** The thread that makes a training's batches: see `threadBatches`. It loads no TensorFlow. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Batch } from './batches.js';
import { toldFailure } from './messages.js';
import type { ThreadMessage, ThreadOrder } from './threadBatches.js';
import { jobBatches } from './walkingBatches.js';

const { columns, from, ahead, taken } = workerData as ThreadOrder;
const tell = (message: ThreadMessage, handedOver: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, handedOver);

/** The memory of a batch, each piece once: it goes over to the trainer without a copy. */
const memoryOf = ({ targets, ...columns }: Batch): ArrayBuffer[] => [
  ...new Set(
    [...Object.values(columns), ...Object.values(targets)].flatMap((value) =>
      ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
    ),
  ),
];

try {
  const batches = jobBatches(columns);
  const walks = await batches.walks;
  if (walks) tell({ type: 'walks', walks });
  let made = 0;
  for (let { epoch, step } = from; epoch < columns.settings.epochs; epoch++, step = 0)
    for (; step < batches.steps; step++, made++) {
      for (let done = Atomics.load(taken, 0); made >= done + ahead; done = Atomics.load(taken, 0))
        Atomics.wait(taken, 0, done);
      const batch = await batches.take(epoch, step);
      tell({ type: 'batch', epoch, step, batch }, memoryOf(batch));
    }
} catch (error) {
  tell(toldFailure(error));
}
