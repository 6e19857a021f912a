import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Device } from '../events.js';
import { tensorFlowEnvironment } from './fork.js';

const script = fileURLToPath(new URL('./probeChild.js', import.meta.url));

/** What TensorFlow runs on, or why it does not load and what to do. */
export type Probed = Device | { readonly reason: string; readonly next?: string };

/** Tries to load TensorFlow in a process of its own. */
export function probe(): Promise<Probed> {
  const child = fork(script, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: tensorFlowEnvironment(1),
  });
  let last = '';
  child.stderr?.on('data', (data: Buffer) => {
    last = data.toString().trim().split('\n').at(-1) ?? last;
  });
  return new Promise((resolve) => {
    child.on('message', (message) => resolve(message as Probed));
    child.on('error', (error) => resolve({ reason: error.message }));
    child.on('close', () => resolve({ reason: `it cannot be loaded${last ? ` (${last})` : ''}` }));
  });
}
