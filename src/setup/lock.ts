import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../errors.js';

/** Takes one line of narration. */
export type Log = (line: string) => void;

export interface LockOptions {
  /** Told once when another process holds the lock. */
  readonly log?: Log;
  /** What the holder does, for the line that `log` gets. */
  readonly what?: string;
  /** Milliseconds between two tries. */
  readonly every?: number;
  /** Aborting ends the waiting with INTERRUPTED; work that has begun ends itself. */
  readonly signal?: AbortSignal;
}

interface Holder {
  readonly pid: number;
  /** When the process started, where the system tells: a later process may get the same number. */
  readonly started: string;
  readonly host: string;
  readonly token: string;
}

/** A holder on another machine cannot be asked; after this time it counts as gone. */
const FOREIGN_MS = 60 * 60_000;

/**
 * Does `work` while no other process (and no other call) holds the lock folder. A lock whose process is gone is taken
 * over; the lock is given back whether the work ends well or not.
 *
 * @param folder the lock itself: it exists exactly while somebody holds it
 * @example await withLock('cache/server.lock', () => install(), { log, what: 'the set-up of the server' });
 */
export async function withLock<T>(
  folder: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const mine: Holder = {
    pid: process.pid,
    started: startOf(process.pid),
    host: hostname(),
    token: randomUUID(),
  };
  mkdirSync(path.dirname(folder), { recursive: true });
  let told = false;
  while (!take(folder, mine)) {
    const holder = holderOf(folder);
    if (holder && isGone(holder, folder)) {
      putAside(folder, holder);
      continue;
    }
    if (holder && !told) {
      told = true;
      options.log?.(`Waiting for ${options.what ?? 'the same work'} in process ${holder.pid} (${folder}).`);
    }
    await sleep(options.every ?? 250, undefined, { signal: options.signal }).catch((cause) => {
      throw new KgmentorError('INTERRUPTED', `Stopped while waiting for process ${holder?.pid}.`, { cause });
    });
  }
  try {
    return await work();
  } finally {
    release(folder, mine);
  }
}

/** One try: the folder is filled under another name and renamed, so a lock never exists without its holder. */
function take(folder: string, mine: Holder): boolean {
  const ready = `${folder}.new-${mine.token}`;
  mkdirSync(ready);
  writeFileSync(path.join(ready, 'holder.json'), JSON.stringify(mine));
  try {
    renameSync(ready, folder);
    sweep(folder);
    return true;
  } catch (error) {
    rmSync(ready, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

function release(folder: string, mine: Holder): void {
  if (holderOf(folder)?.token !== mine.token) return;
  // Renamed first: a folder that is emptied in place could be taken between its last file and itself.
  const old = `${folder}.old-${mine.token}`;
  renameSync(folder, old);
  rmSync(old, { recursive: true, force: true });
}

/**
 * Moves a dead holder's lock away, to a name made of that holder's token: the second of two processes that saw the
 * same dead holder finds the name in use, so it can never move away the lock that the first one has taken since.
 */
function putAside(folder: string, holder: Holder): void {
  try {
    renameSync(folder, `${folder}.gone-${holder.token}`);
  } catch {
    // The other process was faster.
  }
}

/** Removes what dead holders left, once nobody can still be looking at it. */
function sweep(folder: string): void {
  const rests = /\.(new|old|gone)-[0-9a-f-]{36}$/;
  for (const name of readdirSync(path.dirname(folder))) {
    if (!name.startsWith(`${path.basename(folder)}.`) || !rests.test(name)) continue;
    const rest = path.join(path.dirname(folder), name);
    if (ageOf(rest) > FOREIGN_MS) rmSync(rest, { recursive: true, force: true });
  }
}

function holderOf(folder: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'holder.json'), 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isGone(holder: Holder, folder: string): boolean {
  if (holder.host !== hostname()) return ageOf(folder) > FOREIGN_MS;
  return !isAlive(holder.pid) || startOf(holder.pid) !== holder.started;
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux tells when a process started (clock ticks since boot, field 22); elsewhere the empty text. */
export function startOf(pid: number): string {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function ageOf(entry: string): number {
  try {
    return Date.now() - statSync(entry).mtimeMs;
  } catch {
    return 0;
  }
}
