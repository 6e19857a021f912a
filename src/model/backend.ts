import { createRequire } from 'node:module';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { KgmentorError } from '../errors.js';
import { type Device, NOT_BUILT } from '../events.js';
import { kernelsName } from '../setup/binding.js';
import { startPortable } from './portable.js';

const require = createRequire(import.meta.url);

// tfjs-node 4.22 calls two helpers that Node 23 removed.
Object.assign(util, {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
});

interface Loaded {
  readonly tf: typeof TensorFlow;
  readonly isNative: boolean;
  /** Why the portable backend stands in for the native one. */
  readonly fallback?: string;
}

function loadNative(): Loaded {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const tf = require('@tensorflow/tfjs-node-gpu') as typeof TensorFlow;
  // Read with the first operation. Without it threads add up more than 1,024 scattered rows in the order in which they
  // come; with it the fused cross-entropy refuses to run on a GPU.
  process.env.TF_DETERMINISTIC_OPS ??= nativeBackend(tf).isUsingGpuDevice ? '0' : '1';
  return { tf, isNative: true };
}

const nativeBackend = (tf: typeof TensorFlow) =>
  tf.backend() as unknown as { isUsingGpuDevice: boolean; binding: { TF_Version: string } };

const loadPortable = async (): Promise<Loaded> => ({ tf: await startPortable(), isNative: false });

/** `KGMENTOR_BACKEND` chooses (`native`, `wasm`); without it the native library where it loads, else WebAssembly. */
async function load(): Promise<Loaded> {
  const chosen = process.env.KGMENTOR_BACKEND || undefined;
  if (chosen === 'wasm') return loadPortable();
  if (chosen !== undefined && chosen !== 'native')
    throw new KgmentorError('USAGE', `KGMENTOR_BACKEND is "${chosen}"; native or wasm expected.`, {
      next: 'Take it away to have the faster one of those that are there.',
    });
  try {
    return loadNative();
  } catch (cause) {
    if (chosen === 'native')
      throw new KgmentorError('UNEXPECTED', 'The native TensorFlow cannot be loaded.', {
        next: 'Run `kgmentor setup` (in the repository: `npm run kgmentor -- setup`), which fetches and builds it.',
        cause,
      });
    const [fallback] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    return { ...(await loadPortable()), fallback };
  }
}

const loaded = await load();

/** TensorFlow, loaded once: tfjs on its native library or on WebAssembly. */
export const tf = loaded.tf;

export const isNative = loaded.isNative;

/** The kernels of `native/kernels.cc` are for CPUs; `KGMENTOR_KERNELS=off` leaves them out. Says why they are not there. */
function registerKernels(): string | undefined {
  const chosen = process.env.KGMENTOR_KERNELS || undefined;
  if (chosen === 'off') return 'KGMENTOR_KERNELS is off';
  if (chosen !== undefined)
    throw new KgmentorError('USAGE', `KGMENTOR_KERNELS is "${chosen}"; off expected, or nothing.`);
  try {
    require(`@tensorflow/tfjs-node-gpu/lib/napi-v8/${kernelsName()}`);
    return undefined;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return NOT_BUILT;
    return (cause as Error).message.split('\n')[0];
  }
}

const isOnCpu = loaded.isNative && !nativeBackend(loaded.tf).isUsingGpuDevice;
const withoutKernels = isOnCpu ? registerKernels() : undefined;

/** Whether TensorFlow has the operations of `kernels`. */
export const hasKernels = isOnCpu && withoutKernels === undefined;

/** `tf.tidy` for work whose result holds no tensor, or is of a type that tfjs does not know. */
export function tidied<T>(work: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = work();
  });
  return result as T;
}

/** What the training runs on, for records and for people. */
export function device(): Device {
  const { fallback } = loaded;
  if (!isNative)
    return {
      backend: tf.getBackend(),
      gpu: false,
      version: tf.version_core,
      ...(fallback !== undefined && { fallback }),
    };
  const { isUsingGpuDevice, binding } = nativeBackend(tf);
  return {
    backend: tf.getBackend(),
    gpu: isUsingGpuDevice,
    version: binding.TF_Version,
    ...(withoutKernels !== undefined && { withoutKernels }),
  };
}
