/** Runs the command line: as a child process, as a person does, or in this one, which costs no start. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commandLine } from '../src/commands/main.js';

const script = fileURLToPath(new URL('../src/cli.js', import.meta.url));
const LIMIT_MS = 120_000;

export interface CliResult {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** On top of this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Milliseconds after which it is killed; two minutes where absent. */
  readonly limit?: number;
  /** Given each piece of narration as it comes, with the process. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
  /** Given the process when it has begun. */
  readonly onBegun?: (child: ChildProcess) => void;
}

/**
 * Runs `kgmentor` with arguments, in a process group of its own.
 *
 * @example
 * const { code, stdout } = await runCli(['runs', '--json'], { cwd: folder });
 */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [script, ...args], {
    cwd: options.cwd,
    env: { ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  options.onBegun?.(child);
  const timer = setTimeout(() => interrupt(child, 'SIGKILL'), options.limit ?? LIMIT_MS);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(text, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

/** Signals the whole group, as a terminal's Ctrl-C does. */
export function interrupt(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal);
}

const told = new AsyncLocalStorage<{ stdout: string; stderr: string }>();
for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]) => {
    const store = told.getStore();
    if (!store) return write(chunk, ...rest);
    store[name] += chunk;
    return true;
  };
}
let isBusy = false;

/**
 * What {@link runCli} does, in this process: one of its own takes longer to begin than most commands to end. Only those
 * that are to be heard while they run, or stopped, or whose Node is to be another one, have one.
 *
 * @example
 * const { code, stdout } = await kgmentor(['runs', '--json'], { cwd: folder });
 */
export async function kgmentor(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  if (options.onStderr || options.onBegun || options.env?.NODE_OPTIONS) return runCli(args, options);
  assert.ok(!isBusy, 'the working folder and the environment are those of one command at a time');
  isBusy = true;
  const before = { folder: process.cwd(), env: { ...process.env }, exitCode: process.exitCode };
  const store = { stdout: '', stderr: '' };
  try {
    if (options.cwd) process.chdir(options.cwd);
    setEnv({ ...before.env, ...options.env });
    process.exitCode = undefined;
    await told.run(store, () => commandLine(args));
    return { code: Number(process.exitCode ?? 0), ...store };
  } finally {
    process.exitCode = before.exitCode;
    setEnv(before.env);
    process.chdir(before.folder);
    isBusy = false;
  }
}

function setEnv(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}
