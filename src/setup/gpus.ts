import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { KgmentorError } from '../errors.js';

/** Folders that tell of NVIDIA devices. */
export interface Places {
  /** The driver's own list. */
  readonly driver: string;
  /** Device files: `nvidia0` and on is what a container has without the driver's list, `dxg` the one of WSL 2. */
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

/** How many NVIDIA devices there are. In WSL 2 only `nvidia-smi` can tell. */
function seen(env: NodeJS.ProcessEnv, { driver, devices }: Places): number {
  const files = entries(devices);
  const listed = entries(driver).length || files.filter((name) => /^nvidia\d+$/.test(name)).length;
  if (listed > 0 || !files.includes('dxg')) return listed;
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
 * The devices that CUDA_VISIBLE_DEVICES names, undefined without it.
 *
 * @example
 * visible({ CUDA_VISIBLE_DEVICES: '2,-1,0' }); // ['2']
 */
export function visible(env: NodeJS.ProcessEnv): string[] | undefined {
  const all = env.CUDA_VISIBLE_DEVICES?.split(',').map((device) => device.trim());
  // CUDA sees those before the first one that is none.
  const end = all?.findIndex((device) => device === '' || device.startsWith('-')) ?? -1;
  return end < 0 ? all : all?.slice(0, end);
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
  const named = visible(env);
  const device = asked(env);
  if (device === 'cpu' || named?.length === 0) return [];
  const count = seen(env, places) || (device === 'gpu' ? 1 : 0);
  return count === 0 ? [] : (named ?? Array.from({ length: count }, (_, i) => String(i)));
}
