import { KgmentorError } from '../errors.js';
import { isAskedFor } from './gpus.js';
import type { Log } from './lock.js';
import { ensureTensorFlow } from './tensorflow.js';

/** What a person is told where WebAssembly stands in for the native library, in one line. */
export const fallbackLine = (reason: string, next = '`kgmentor setup` fetches and builds the native one.') =>
  `TensorFlow runs on WebAssembly, several times slower than natively. ${reason} ${next}`;

/** What a person is told where trainings could use a GPU and do not, in one line. */
export const unusedGpuLine =
  'TensorFlow runs on the CPU, not on a GPU. `kgmentor setup` fetches its CUDA build, or says why it is not used; KGMENTOR_DEVICE=cpu keeps to the CPU.';

/**
 * Gets the native TensorFlow ready; where that cannot be, says so in one line and chooses WebAssembly for the programs
 * that are started from here. What `KGMENTOR_BACKEND` asks for is kept to, and `KGMENTOR_DEVICE=gpu`.
 *
 * @param ensure makes the native library loadable or throws
 * @throws KgmentorError as `ensureTensorFlow`, where `KGMENTOR_BACKEND` or `KGMENTOR_DEVICE` asks for the native library
 */
export async function ensureBackend(
  log: Log,
  env: NodeJS.ProcessEnv = process.env,
  ensure: (log: Log) => Promise<void> = ensureTensorFlow,
): Promise<void> {
  if (env.KGMENTOR_BACKEND === 'wasm') return;
  try {
    await ensure(log);
  } catch (error) {
    if (env.KGMENTOR_BACKEND || isAskedFor('gpu', env) || !(error instanceof KgmentorError)) throw error;
    log(fallbackLine(error.message.replace(/\s*\n\s*/g, ' '), error.next));
    env.KGMENTOR_BACKEND = 'wasm';
  }
}
