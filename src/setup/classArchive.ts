import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Java } from './java.js';
import { isAlive } from './lock.js';

/** Loaded classes of a server, kept in the cache folder: with it a server starts in half the time. */
export interface ClassArchive {
  readonly flags: readonly string[];
  /** Whether the server writes it at its end, which takes a while. */
  readonly isNew: boolean;
  /** After the end of the server that wrote it. */
  keep(): void;
  /** Removes one that does no good. */
  discard(): void;
}

const nothing = () => undefined;

/**
 * The archive for this build of Java and these jars; where there is none, one that the server writes.
 *
 * @param write whether this server may write one
 */
export function classArchive(java: Java, lib: string, write: boolean): ClassArchive {
  const runtime = path.dirname(lib);
  const made = statSync(runtime).mtimeMs; // a repaired runtime has other times, which make an archive useless
  const parts = [java.command, java.build, lib, String(made), process.arch];
  const key = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
  const stem = `${runtime}-classes-${key}`;
  const file = find(stem);
  if (file)
    return {
      flags: ['-Xshare:auto', `-XX:SharedArchiveFile=${file}`],
      isNew: false,
      keep: nothing,
      discard: () => rmSync(file, { force: true }),
    };
  if (!write) return { flags: [], isNew: false, keep: nothing, discard: nothing };
  const written = `${stem}.part-${process.pid}-${Date.now()}`;
  return {
    flags: ['-Xshare:auto', `-XX:ArchiveClassesAtExit=${written}`],
    isNew: true,
    keep() {
      if (!existsSync(written)) return;
      const kept = `${stem}-${statSync(written).size}.jsa`;
      renameSync(written, kept);
      sweep(runtime, kept);
    },
    discard: () => rmSync(written, { force: true }),
  };
}

/** An archive's name ends in its size: one that was cut is not used, as it can bring Java down. */
function find(stem: string): string | undefined {
  const folder = path.dirname(stem);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${path.basename(stem)}-`))
    .map((name) => path.join(folder, name))
    .find((file) => file === `${stem}-${statSync(file).size}.jsa`);
}

/** Removes archives of other builds of Java or of earlier jars, and what was left half written. */
function sweep(runtime: string, current: string): void {
  const folder = path.dirname(runtime);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${path.basename(runtime)}-classes-`) || name === path.basename(current)) continue;
    const writer = /\.part-(\d+)-\d+$/.exec(name)?.[1];
    if (writer === undefined || !isAlive(Number(writer))) rmSync(path.join(folder, name), { force: true });
  }
}
