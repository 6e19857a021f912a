import { execFile } from 'node:child_process';
import type { Device, Usage } from '../events.js';
import { visible } from '../setup/gpus.js';

/** A GPU's memory is asked for so often at most: `nvidia-smi` can take as long as a short epoch. */
const EVERY_MS = 5000;

/** What a training on the CPU says that it runs on. */
export const CPU = 'the CPU';

/**
 * What gives the device and the memory in use, asked at the end of each epoch.
 *
 * @param env that the training runs in
 * @example const usage = usageOf(device()); (await usage()).memoryMb;
 */
export function usageOf(
  { backend, gpu }: Pick<Device, 'backend' | 'gpu'>,
  env: NodeJS.ProcessEnv = process.env,
): () => Promise<Usage> {
  const memoryMb = () => process.memoryUsage.rss() / 2 ** 20;
  if (!gpu) {
    const device = backend === 'wasm' ? 'WebAssembly' : CPU;
    return async () => ({ device, memoryMb: memoryMb() });
  }
  // TensorFlow takes the first that it sees.
  const [index = '0'] = visible(env) ?? [];
  const device = /^\d+$/.test(index) ? `GPU ${index}` : index;
  let asked = Number.NEGATIVE_INFINITY;
  let gpuMemoryMb: number | undefined;
  return async () => {
    if (performance.now() - asked > EVERY_MS) {
      gpuMemoryMb = await usedMemory(index, env);
      asked = performance.now();
    }
    return { device, memoryMb: memoryMb(), ...(gpuMemoryMb !== undefined && { gpuMemoryMb }) };
  };
}

/** MiB in use on a GPU by whatever runs there; undefined where nvidia-smi does not tell. */
function usedMemory(index: string, env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const asked = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '-i', index];
  return new Promise((resolve) => {
    execFile('nvidia-smi', asked, { env, timeout: 2000 }, (error, stdout) => {
      const used = Number.parseInt(stdout, 10);
      resolve(error || Number.isNaN(used) ? undefined : used);
    });
  });
}
