import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullDisk, writeWhole } from '../wholeFile.js';
import { files } from './job.js';

/** Appends an event to a run's trace, a line of JSON each. */
export function appendTrace(folder: string, event: object): void {
  const path = join(folder, files.trace);
  try {
    appendFileSync(path, `${JSON.stringify(event)}\n`);
  } catch (error) {
    throw fullDisk(path, error);
  }
}

/**
 * Takes out of a run's trace what came after the checkpoint that it goes on from, for that is done and told again, and
 * a last line that a full disk or a kill cut off.
 *
 * @param epochs that are done
 */
export function cutTrace(folder: string, epochs: number): void {
  const path = join(folder, files.trace);
  if (!existsSync(path)) return;
  const kept = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => epochOf(line) <= epochs);
  writeWhole(path, (file) => writeFileSync(file, kept.map((line) => `${line}\n`).join('')));
}

/** Infinity for what tells of no epoch, such as walks, which are told at each beginning. */
function epochOf(line: string): number {
  try {
    return JSON.parse(line).epoch ?? Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
