import { createRequire } from 'node:module';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';

const require = createRequire(import.meta.url);

// tfjs-node 4.22 calls two helpers that Node 23 removed.
Object.assign(util, {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
});

function load(): typeof TensorFlow {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    return require('@tensorflow/tfjs-node-gpu') as typeof TensorFlow;
  } catch (cause) {
    throw new KgmentorError('UNEXPECTED', 'The native TensorFlow cannot be loaded.', {
      next: 'Run `kgmentor setup` (in the repository: `npm run kgmentor -- setup`), which fetches and builds it.',
      cause,
    });
  }
}

/** TensorFlow, loaded once. Importing this module throws a `KgmentorError` where the native library is missing. */
export const tf = load();

/** `tf.tidy` for work whose result holds no tensor, or is of a type that tfjs does not know. */
export function tidied<T>(work: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = work();
  });
  return result as T;
}

/** What the training runs on, for records and for people. */
export function device(): { backend: string; gpu: boolean; version: string } {
  const backend = tf.backend() as unknown as { isUsingGpuDevice: boolean; binding: { TF_Version: string } };
  return { backend: tf.getBackend(), gpu: backend.isUsingGpuDevice, version: backend.binding.TF_Version };
}
