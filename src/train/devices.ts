import { gpus } from '../setup/gpus.js';
import { probe } from './probe.js';

/**
 * GPUs that trainings run on, as values of CUDA_VISIBLE_DEVICES: those that are seen, where TensorFlow says that it
 * uses one. It is asked, in a process of its own, only where one is seen.
 */
export async function usedGpus(seen: readonly string[] = gpus()): Promise<readonly string[]> {
  if (seen.length === 0) return [];
  const found = await probe();
  return 'gpu' in found && found.gpu ? seen : [];
}

/** How many trainings run at once, with what each. */
export interface Shares {
  readonly parallel: number;
  /** Threads of TensorFlow in each. */
  readonly threads: number;
  /** One for each training at once, by turns where these are more; none without GPUs. */
  readonly devices: readonly string[];
}

/**
 * Divides a machine among trainings: one a GPU where there are some, else one a core at most, as several trainings of
 * one thread are faster than one of several threads.
 *
 * @param asked.parallel trainings at once @param asked.threads of each
 * @example
 * sharesOf(3, { cores: 8, devices: [] }); // { parallel: 3, threads: 2, devices: [] }
 */
export function sharesOf(
  trainings: number,
  machine: { readonly cores: number; readonly devices: readonly string[] },
  asked: { readonly parallel?: number; readonly threads?: number } = {},
): Shares {
  const { cores, devices } = machine;
  const room = devices.length > 0 ? devices.length : Math.floor(cores / (asked.threads ?? 1));
  const parallel = Math.max(1, Math.min(trainings, asked.parallel ?? room));
  return {
    parallel,
    threads: asked.threads ?? Math.max(1, Math.floor(cores / parallel)),
    devices:
      devices.length > 0 ? Array.from({ length: parallel }, (_, i) => devices[i % devices.length]) : [],
  };
}
