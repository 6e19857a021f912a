import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/**
 * Starts a script in a process of its own, in which TensorFlow may be loaded: it reads its thread count from the
 * environment then.
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
    env: {
      ...process.env,
      TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2',
      ...(device !== undefined && { CUDA_VISIBLE_DEVICES: device }),
      TF_NUM_INTRAOP_THREADS: String(threads),
      TF_NUM_INTEROP_THREADS: '1',
      // Else threads add up more than 1,024 scattered rows in the order in which they come.
      TF_DETERMINISTIC_OPS: process.env.TF_DETERMINISTIC_OPS ?? '1',
    },
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
