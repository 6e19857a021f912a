import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { isAskedFor, visible } from '../setup/gpus.js';

/**
 * The environment that TensorFlow is loaded in: it reads its threads and devices from there then.
 *
 * @param device the only GPU that it sees; all where absent, and none with `KGMENTOR_DEVICE=cpu`
 * @throws KgmentorError USAGE for a KGMENTOR_DEVICE that is neither cpu nor gpu
 */
export function tensorFlowEnvironment(
  threads: number,
  device?: string,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const shown = device ?? (isAskedFor('cpu', env) ? '-1' : undefined);
  return {
    // The numbers that nvidia-smi gives; and no more memory than is needed, as trainings may share a GPU.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '2',
    // Arrays of this size are given back at once, as freed pieces of the heap rarely fit the next one.
    MALLOC_MMAP_THRESHOLD_: String(12 * 2 ** 20),
    ...env,
    GLIBC_TUNABLES: tunables(env.GLIBC_TUNABLES),
    ...(shown !== undefined && { CUDA_VISIBLE_DEVICES: shown }),
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
  };
}

const HUGE_PAGES = 'glibc.malloc.hugetlb';

/** What glibc is told: memory in large pages, whose first touch costs a training a quarter of its time otherwise. */
function tunables(given: string | undefined): string {
  if (!given) return `${HUGE_PAGES}=1`;
  return given.includes(HUGE_PAGES) ? given : `${given}:${HUGE_PAGES}=1`;
}

/**
 * Starts a script in a process of its own, in which TensorFlow may be loaded.
 *
 * @param device the only GPU that it sees; all where absent
 * @returns the process, and what gives the last lines of its stderr
 */
export function forkTensorFlow(
  script: URL,
  args: readonly string[],
  threads: number,
  device?: string,
): { child: ChildProcess; said: () => string } {
  const env = tensorFlowEnvironment(threads, device);
  const child = fork(fileURLToPath(script), [...args], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env,
    execArgv: [...process.execArgv, '--expose-gc'], // see `collect`
  });
  return { child, said: narration(child.stderr, visible(env)?.length === 0) };
}

const START_UP = /^(WARNING: All log messages before absl|[IW]\d{4} )/;
/** Said by the CUDA build as an error where no GPU is to be seen. */
const NO_GPU = /^E\d{4} .*failed call to cuInit/;

/**
 * Passes the child's stderr on without TensorFlow's start-up lines; returns what gives its last lines.
 *
 * @param onCpu whether all GPUs are hidden from the child
 */
function narration(stream: Readable | null, onCpu: boolean): () => string {
  const last: string[] = [];
  if (stream)
    createInterface({ input: stream }).on('line', (line) => {
      if (START_UP.test(line) || (onCpu && NO_GPU.test(line))) return;
      last.push(line);
      if (last.length > 20) last.shift();
      process.stderr.write(`${line}\n`);
    });
  return () => last.join('\n');
}
