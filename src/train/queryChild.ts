/** Loads a run folder's network and answers one question about a path. */
import { join } from 'node:path';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';
import { files } from './job.js';
import { toldFailure } from './messages.js';
import type { AskedPath, QueryMessage } from './queryVectors.js';

async function answer(folder: string, { entity, relations }: AskedPath): Promise<number[]> {
  const { tf, tidied } = await import('../model/backend.js');
  const { storedEncoder } = await import('../model/stored.js');
  const { readTensors } = await import('../model/safetensors.js');
  return tidied(() => {
    const { encoder, weights } = storedEncoder(readTensors(join(folder, files.model)));
    const { width } = encoder;
    const given = [[entity, width.entity] as const, ...relations.map((r) => [r, width.relation] as const)];
    for (const [{ length }, expected] of given)
      if (length !== expected)
        throw new KgmentorError(
          'BAD_DATA',
          `A published vector has ${length} numbers, ${expected} expected by the model in ${folder}.`,
          { next: 'Publish the run of this folder again.' },
        );
    const hops = relations.length;
    const hidden = Array.from({ length: hops - 1 }, () => new Array<number>(width.entity).fill(0));
    const { query } = encoder.forward(
      tf.tensor2d([[...entity], ...hidden]), // [hops, width.entity]
      tf.tensor2d(relations.map((r) => [...r])), // [hops, width.relation]
      weights,
      {
        size: 1,
        hops,
        ...(hops > 1 && { visible: tf.tensor2d([1, ...hidden.map(() => 0)], [hops, 1]) as Tensor2D }),
      },
    ); // [hops, width.query]
    return Array.from(tf.slice(query, [hops - 1, 0], [1, width.query]).dataSync());
  });
}

const send = (message: QueryMessage): void => {
  process.send?.(message, () => process.disconnect?.());
};
// A terminal's Ctrl-C reaches the whole group, and so does the end that a service manager asks for; the parent decides.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.once('message', (asked: AskedPath) => {
  answer(process.argv[2], asked).then(
    (vector) => send({ type: 'query', vector }),
    (error: unknown) => send(toldFailure(error)),
  );
});
