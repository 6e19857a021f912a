/** Loads TensorFlow and says what it found. */
import { KgmentorError } from '../errors.js';
import type { Probed } from './probe.js';

const probed = (): Promise<Probed> =>
  import('../model/backend.js').then(
    ({ device }) => device(),
    (error: Error) => ({
      reason: error.message,
      ...(error instanceof KgmentorError && { next: error.next }),
    }),
  );

process.send?.(await probed());
process.disconnect?.();
