import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { readRecord, writeRecord } from '../../train/folder.js';
import { files } from '../../train/job.js';

/** One worker's try at a job. It alone writes its folder: a worker thought dead that comes back harms no other one. */
export interface Attempt {
  readonly folder: string;
  /** Whether there is a run to go on with. */
  readonly begun: boolean;
  /** Gives the finished run its name among the runs, unless another try was first; the folder of the job's run. */
  finish(): string;
  /** Empties the folder, to begin anew. */
  restart(): void;
}

/** The folder of a job's finished run, where this machine sees it. */
export function finishedRun(runs: string, id: string): string | undefined {
  const folder = path.join(runs, id);
  return isRun(folder) && readRecord(folder).status === 'done' ? folder : undefined;
}

/**
 * Begins a try at a job, from where the furthest earlier one got to in the same folder of runs.
 *
 * @param token names the try, unlike all others
 * @example
 * const attempt = beginAttempt('runs', 'films-1f3a', randomUUID());
 */
export function beginAttempt(runs: string, id: string, token: string): Attempt {
  const tries = triesOf(runs, id);
  const folder = path.join(tries, token);
  mkdirSync(tries, { recursive: true });
  const begun = earlier(tries).some((one) => copyRun(one, folder));
  return {
    folder,
    begun,
    finish() {
      const done = path.join(runs, id);
      try {
        renameSync(folder, done);
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
          throw error;
      }
      forgetAttempts(runs, id);
      return done;
    },
    restart() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Removes what tries at a job left here, once its run is finished. */
export function forgetAttempts(runs: string, id: string): void {
  rmSync(triesOf(runs, id), { recursive: true, force: true });
}

/** Beside the runs, and not among them: `runs` and `--resume` do not see them. */
const triesOf = (runs: string, id: string): string => path.join(runs, '.queue', id);

const isRun = (folder: string): boolean => existsSync(path.join(folder, files.record));

/** Earlier tries, the one with the newest checkpoint first. */
function earlier(tries: string): string[] {
  const age = (folder: string) => {
    const file = path.join(folder, files.checkpoint);
    return existsSync(file) ? statSync(file).mtimeMs : 0;
  };
  return readdirSync(tries)
    .map((name) => path.join(tries, name))
    .filter(isRun)
    .sort((a, b) => age(b) - age(a));
}

/** Copies a try that another process may be writing still: its files appear whole or not at all. */
function copyRun(from: string, to: string): boolean {
  try {
    cpSync(from, to, { recursive: true, filter: (file) => !file.endsWith('.tmp') });
    const { process: _, ...record } = readRecord(to);
    writeRecord(to, { ...record, status: 'interrupted' });
    return true;
  } catch {
    rmSync(to, { recursive: true, force: true });
    return false;
  }
}
