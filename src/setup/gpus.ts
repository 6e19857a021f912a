import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { KgmentorError } from '../errors.js';

/** Folders that tell of NVIDIA devices. */
export interface Places {
  /** The driver's own list. */
  readonly driver: string;
  /** Device files `nvidia0` and on: what a container has without the driver's list. */
  readonly devices: string;
}

const PLACES: Places = { driver: '/proc/driver/nvidia/gpus', devices: '/dev' };

const entries = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** How many NVIDIA devices there are; `nvidia-smi` is asked where no folder tells, as in WSL 2. */
function seen(env: NodeJS.ProcessEnv, { driver, devices }: Places): number {
  const listed = entries(driver).length || entries(devices).filter((name) => /^nvidia\d+$/.test(name)).length;
  if (listed > 0) return listed;
  const { stdout } = spawnSync('nvidia-smi', ['-L'], { env, encoding: 'utf8', timeout: 5000 });
  return stdout?.match(/^GPU \d+:/gm)?.length ?? 0;
}

/** `KGMENTOR_DEVICE`: what it asks for, undefined where it leaves the choice. */
function asked(env: NodeJS.ProcessEnv): 'cpu' | 'gpu' | undefined {
  const device = env.KGMENTOR_DEVICE || undefined;
  if (device === undefined || device === 'cpu' || device === 'gpu') return device;
  throw new KgmentorError('USAGE', `KGMENTOR_DEVICE is "${device}"; cpu or gpu expected.`, {
    next: 'Take it away to train on a GPU where there is one.',
  });
}

/** Whether a GPU, or the CPU, is asked for by `KGMENTOR_DEVICE`. */
export const isAskedFor = (device: 'cpu' | 'gpu', env: NodeJS.ProcessEnv = process.env): boolean =>
  asked(env) === device;

/**
 * Whether the CUDA build of TensorFlow is wanted: where an NVIDIA device is seen, and where `KGMENTOR_DEVICE=gpu` asks
 * for it, as in an image that is built on another machine.
 *
 * @throws KgmentorError USAGE for a KGMENTOR_DEVICE that is neither cpu nor gpu
 */
export function wantsCuda(env: NodeJS.ProcessEnv = process.env, places: Places = PLACES): boolean {
  const device = asked(env);
  return device ? device === 'gpu' : seen(env, places) > 0;
}

/**
 * NVIDIA devices that trainings may use, as values of CUDA_VISIBLE_DEVICES; none with `KGMENTOR_DEVICE=cpu`,
 * the first at least with `KGMENTOR_DEVICE=gpu`.
 *
 * @param env an own CUDA_VISIBLE_DEVICES names fewer of them
 * @throws KgmentorError USAGE for a KGMENTOR_DEVICE that is neither cpu nor gpu
 * @example
 * gpus({ CUDA_VISIBLE_DEVICES: '2,3' }); // ['2', '3'] on a machine with GPUs
 */
export function gpus(env: NodeJS.ProcessEnv = process.env, places: Places = PLACES): string[] {
  const named = env.CUDA_VISIBLE_DEVICES?.split(',').filter((device) => device !== '' && device !== '-1');
  const device = asked(env);
  if (device === 'cpu' || named?.length === 0) return [];
  const count = seen(env, places) || (device === 'gpu' ? 1 : 0);
  return count === 0 ? [] : (named ?? Array.from({ length: count }, (_, i) => String(i)));
}
