import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./probeChild.js', import.meta.url));

/** Tries to load TensorFlow in a process of its own. */
export function probe(): Promise<{ version: string; gpu: boolean } | { reason: string }> {
  const child = fork(script, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  let last = '';
  child.stderr?.on('data', (data: Buffer) => {
    last = data.toString().trim().split('\n').at(-1) ?? last;
  });
  return new Promise((resolve) => {
    child.on('message', (message) => resolve(message as { version: string; gpu: boolean }));
    child.on('error', (error) => resolve({ reason: error.message }));
    child.on('close', () => resolve({ reason: `it cannot be loaded${last ? ` (${last})` : ''}` }));
  });
}
