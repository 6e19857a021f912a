import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What an actor's work came to. */
export interface Outcome {
  readonly done: boolean;
  /** Of the error. */
  readonly code?: string;
  readonly message?: string;
}

/** A process that publishes or migrates as it is told, see `actor.ts`. */
export interface Actor {
  readonly pid: number;
  /** Tells it a line. */
  act(line: string, onStage?: (stage: string) => void): Promise<Outcome>;
  end(): Promise<void>;
}

/**
 * Starts an actor, and waits until it is connected.
 *
 * @param env on top of this process's environment
 */
export async function startActor(env: NodeJS.ProcessEnv = {}): Promise<Actor> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./actor.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let hear: (told: Outcome & { ready?: true; stage?: string }) => void = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => hear(JSON.parse(line)));
  const closed = once(child, 'close');
  await Promise.race([
    new Promise((resolve) => {
      hear = resolve;
    }),
    closed.then(() => Promise.reject(new Error('An actor ended before it was ready.'))),
  ]);
  return {
    pid: child.pid as number,
    act: (line, onStage) =>
      new Promise((resolve) => {
        hear = (told) => (told.stage === undefined ? resolve(told) : onStage?.(told.stage));
        closed.then(() => resolve({ done: false, message: 'the process ended' }));
        child.stdin.write(`${line}\n`);
      }),
    async end() {
      child.kill('SIGCONT');
      child.stdin.end();
      await closed;
    },
  };
}

/** Works with some actors, which have ended afterwards. */
export async function withActors<T>(
  count: number,
  work: (actors: readonly Actor[]) => Promise<T>,
): Promise<T> {
  const actors = await Promise.all(Array.from({ length: count }, () => startActor()));
  try {
    return await work(actors);
  } finally {
    for (const actor of actors) await actor.end();
  }
}
