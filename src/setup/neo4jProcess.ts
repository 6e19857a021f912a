import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../errors.js';
import { isAlive, startOf } from './lock.js';

/** A server's process. */
export interface ServerProcess {
  readonly pid: number;
  /** How it ended, once it has. */
  readonly exited: Promise<string>;
  /** The last lines of what it wrote since its start. */
  lastLines(): string;
  /** Asks it to end, and makes it end when it has not after `patience` milliseconds; whether it ended by itself. */
  end(patience: number): Promise<boolean>;
}

const pidFile = (home: string) => path.join(home, 'run', 'kgmentor.json');

/**
 * Sees to it that no server runs on a home; the note of one that is gone is removed.
 *
 * @throws KgmentorError USAGE that names the process
 */
export function refuseRunning(home: string): void {
  const file = pidFile(home);
  if (!existsSync(file)) return;
  const { pid, started } = readNote(file);
  if (isAlive(pid) && startOf(pid) === started)
    throw new KgmentorError('USAGE', `A Neo4j server, process ${pid}, runs on ${home} already.`, {
      next: 'Stop it first (Ctrl-C where it was started), or set NEO4J_URI to the address that it printed there.',
    });
  rmSync(file, { force: true });
}

function readNote(file: string): { pid: number; started: string } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { pid: Number.NaN, started: '' };
  }
}

/** Starts Neo4j on a home whose `conf` is written. It ends with this process, however that one ends. */
export function startProcess(java: string, flags: readonly string[], home: string): ServerProcess {
  const console = path.join(home, 'logs', 'console.log');
  const own = path.join(home, 'logs', 'neo4j.log');
  const before = existsSync(own) ? statSync(own).size : 0;
  const output = openSync(console, 'w');
  const args = ['org.neo4j.server.CommunityEntryPoint', `--home-dir=${home}`];
  const child = spawn(java, [...flags, ...args, `--config-dir=${path.join(home, 'conf')}`], {
    stdio: ['ignore', output, output],
    cwd: home, // where a crash of Java leaves its report
  });
  closeSync(output);
  const pid = child.pid;
  if (pid === undefined) throw new KgmentorError('UNEXPECTED', `${java} could not be started.`);
  writeFileSync(pidFile(home), JSON.stringify({ pid, started: startOf(pid) }));
  child.unref();
  const keeper = endWith(pid);
  const atExit = () => void child.kill('SIGTERM');
  process.on('exit', atExit);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      keeper?.kill('SIGKILL');
      process.off('exit', atExit);
      rmSync(pidFile(home), { force: true });
      resolve(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });
  return {
    pid,
    exited,
    lastLines() {
      const text = read(console) + read(own).slice(before);
      return text.trimEnd().split('\n').slice(-12).join('\n');
    },
    async end(patience) {
      child.kill('SIGTERM');
      const waiting = new AbortController();
      const late = sleep(patience, true, { signal: waiting.signal }).catch(() => false);
      const isLate = await Promise.race([exited.then(() => false), late]);
      waiting.abort();
      if (isLate) child.kill('SIGKILL');
      // The process of the child is not waited for by itself; a timer is.
      const alive = setInterval(() => undefined, 1000);
      await exited;
      clearInterval(alive);
      return !isLate;
    },
  };
}

/** A shell that ends the server when this process is gone, even killed: its standard input closes then. */
export function endWith(pid: number): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const keeper = spawn('sh', ['-c', 'read -r _; kill -TERM "$1"', 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.on('error', () => undefined);
  keeper.unref();
  (keeper.stdin as Socket | null)?.unref();
  return keeper;
}

/** Logs are ASCII but for names; a cut character does no harm. */
function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'latin1') : '';
}
