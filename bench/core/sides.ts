import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { KgmentorError } from '../../src/errors.js';
import { forkTensorFlow } from '../../src/train/fork.js';
import { passive } from '../reference/environment.js';
import { torchPython } from '../reference/torch.js';
import type { Answer, Asked } from './messages.js';

/** One of the two programs that are compared: a process that stays for all turns. */
export interface Side {
  readonly name: 'kgmentor' | 'PyTorch';
  ask(asked: Asked): Promise<Answer>;
  /** Ends the process. */
  close(): Promise<void>;
}

const productScript = new URL('./productChild.js', import.meta.url);
const torchScript = fileURLToPath(new URL('../../../bench/reference/steps.py', import.meta.url));

/**
 * The product's trainer in a process as `runTraining` starts one; it exports starting values and batches into the folder.
 *
 * @param folder holds the job @param steps how many batches are made
 */
export async function openProduct(folder: string, steps: number, threads: number): Promise<Side> {
  const { child } = forkTensorFlow(productScript, [folder, String(steps)], threads);
  const next = answers(child, 'kgmentor', (hear) => child.on('message', hear));
  await next();
  return sideOf('kgmentor', child, next, (asked) => child.send(asked));
}

/** The PyTorch reference on what the product exported. */
export async function openTorch(folder: string, threads: number): Promise<Side> {
  const child = spawn(await torchPython(), [torchScript, folder, String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...passive(threads) },
  });
  const next = answers(child, 'PyTorch', (hear) =>
    createInterface({ input: child.stdout as Readable }).on('line', (line) => hear(JSON.parse(line))),
  );
  await next();
  return sideOf('PyTorch', child, next, (asked) => child.stdin?.write(`${JSON.stringify(asked)}\n`));
}

function sideOf(
  name: Side['name'],
  child: ChildProcess,
  next: () => Promise<unknown>,
  send: (asked: Asked) => void,
): Side {
  return {
    name,
    ask(asked) {
      send(asked);
      return next() as Promise<Answer>;
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'close');
    },
  };
}

/** What gives a process's answers one by one; it rejects when the process ends. */
function answers(
  child: ChildProcess,
  name: string,
  listen: (hear: (message: unknown) => void) => void,
): () => Promise<unknown> {
  const heard: unknown[] = [];
  let wake = () => {};
  let ended: KgmentorError | undefined;
  listen((message) => {
    heard.push(message);
    wake();
  });
  const end = (cause?: unknown) => {
    ended ??= new KgmentorError('UNEXPECTED', `The process of ${name} ended before it answered.`, { cause });
    wake();
  };
  child.on('error', end);
  child.on('close', end);
  return async () => {
    while (heard.length === 0) {
      if (ended) throw ended;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return heard.shift();
  };
}
