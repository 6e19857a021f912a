import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gpus } from '../setup/gpus.js';

/**
 * The environment that TensorFlow is loaded in: it reads its threads and devices from there then.
 *
 * @param device the only GPU that it sees; all where absent
 */
export function tensorFlowEnvironment(
  threads: number,
  device?: string,
  env: NodeJS.ProcessEnv = process.env,
  found: readonly string[] = gpus(env),
): NodeJS.ProcessEnv {
  const usesGpu = found.length > 0 && device !== '-1';
  return {
    ...env,
    TF_CPP_MIN_LOG_LEVEL: env.TF_CPP_MIN_LOG_LEVEL ?? '2',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // Else threads add up more than 1,024 scattered rows in the order in which they come. On a GPU the fused
    // cross-entropy refuses to run so.
    TF_DETERMINISTIC_OPS: env.TF_DETERMINISTIC_OPS ?? (usesGpu ? '0' : '1'),
    CUDA_VISIBLE_DEVICES: usesGpu ? (device ?? found.join(',')) : '-1',
    ...(usesGpu && {
      // The numbers that nvidia-smi gives; and no more memory than is needed, as trainings may share a GPU.
      CUDA_DEVICE_ORDER: env.CUDA_DEVICE_ORDER ?? 'PCI_BUS_ID',
      TF_FORCE_GPU_ALLOW_GROWTH: env.TF_FORCE_GPU_ALLOW_GROWTH ?? 'true',
    }),
  };
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
  const child = fork(fileURLToPath(script), [...args], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: tensorFlowEnvironment(threads, device),
  });
  return { child, said: narration(child.stderr) };
}

/** Passes the child's stderr on without TensorFlow's start-up lines; returns what gives its last lines. */
function narration(stream: Readable | null): () => string {
  const last: string[] = [];
  if (stream)
    createInterface({ input: stream }).on('line', (line) => {
      if (/^(WARNING: All log messages before absl|[IW]\d{4} )/.test(line)) return;
      last.push(line);
      if (last.length > 20) last.shift();
      process.stderr.write(`${line}\n`);
    });
  return () => last.join('\n');
}
