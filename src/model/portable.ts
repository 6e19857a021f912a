/** tfjs on WebAssembly: slower than the native library, but it runs wherever Node does. */
import { createRequire } from 'node:module';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';

const require = createRequire(import.meta.url);

/**
 * Starts it, with SIMD where the processor has it; tfjs gives it no threads in Node.
 *
 * @throws KgmentorError UNEXPECTED where it does not start
 */
export async function startPortable(): Promise<typeof TensorFlow> {
  const tf = require('@tensorflow/tfjs') as typeof TensorFlow;
  require('@tensorflow/tfjs-backend-wasm');
  // A start that fails leaves another, far slower backend in its place.
  const started = await tf.setBackend('wasm').catch(() => false);
  if (!started || tf.getBackend() !== 'wasm')
    throw new KgmentorError('UNEXPECTED', 'TensorFlow on WebAssembly does not start.', {
      next: 'Run `kgmentor setup`, which fetches and builds the native TensorFlow.',
    });
  return tf;
}
