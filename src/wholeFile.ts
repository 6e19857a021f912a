import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { KgmentorError } from './errors.js';

/**
 * Writes a file that appears whole or not at all: beside, synced to disk, renamed.
 *
 * @param write given the open file
 * @throws KgmentorError UNEXPECTED where the disk is full; what was there before stays
 * @example
 * writeWhole('run.json', (file) => writeFileSync(file, '{}'));
 */
export function writeWhole(path: string, write: (file: number) => void): void {
  const partial = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(partial, 'w');
    try {
      write(file);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw fullDisk(path, error);
  }
}

/** Whether a file's name is that of one that {@link writeWhole} was writing when its process was killed. */
export const isPartial = (name: string): boolean => /\.\d+\.tmp$/.test(name);

/** The error of a write as a sentence where the disk, a quota or a limit leaves no room; any other as it is. */
export function fullDisk(path: string, cause: unknown): unknown {
  const { code } = cause as { code?: string };
  if (!['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code ?? '')) return cause;
  return new KgmentorError(
    'UNEXPECTED',
    `${path} could not be written: no room is left on the disk (${code}).`,
    {
      next: 'Make room; a training then goes on from its last checkpoint with --resume.',
      cause,
    },
  );
}
