/** Runs the command line as a child process, as a person does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

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
