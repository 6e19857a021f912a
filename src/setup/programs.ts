import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the launcher stands, which decides what a signal does. */
export interface Phase {
  /** `setup`: end at once (what is half done is repaired later); the others: end program and server first. */
  now: 'setup' | 'server' | 'program' | 'ended';
  interrupted: boolean;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let running: ChildProcess | undefined;

/** Begins to listen to signals: from now on they end the program and the server in order. */
export function listen(): Phase {
  const phase: Phase = { now: 'setup', interrupted: false };
  // A terminal sends Ctrl-C to the program as well.
  const terminal = process.stdin.isTTY || process.stderr.isTTY;
  for (const signal of SIGNALS)
    process.on(signal, () => {
      phase.interrupted = true;
      if (phase.now === 'setup') process.exit(128 + constants.signals[signal]);
      if (!(signal === 'SIGINT' && terminal)) running?.kill(signal);
    });
  return phase;
}

/**
 * Runs a Node program with this process's standard streams; its exit code, 128 + the signal's number where a signal
 * ended it.
 */
export function runProgram(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  running = child;
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running = undefined;
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 1));
    });
  });
}

/** Waits for a signal or for the end of a process; whether the process ended. */
export async function untilGone(pid: number, phase: Phase): Promise<boolean> {
  for (; !phase.interrupted; await sleep(300)) {
    try {
      process.kill(pid, 0);
    } catch {
      return !phase.interrupted;
    }
  }
  return false;
}
