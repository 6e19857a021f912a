import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Counts } from '../graph/counts.js';
import { writeJson } from '../train/job.js';

/** What the last check found that read the data whole. */
export interface CheckState {
  /** Digest of what the figures depend on besides the data: another one makes them void. */
  readonly about: string;
  /** By server and database the bookmark, by link file its time and size: equal ones are equal data. */
  readonly marks: Readonly<Record<string, string>>;
  readonly counts: Counts;
  /** Of the data. */
  readonly digest: string;
  /** ISO 8601. */
  readonly at: string;
}

const fileOf = (runs: string, target: string): string =>
  path.join(runs, 'checks', `${createHash('sha256').update(target).digest('hex').slice(0, 16)}.json`);

/** The state of a target's last check; undefined where there is none, or its file is damaged: it only saves a reading. */
export function readCheckState(runs: string, target: string): CheckState | undefined {
  const file = fileOf(runs, target);
  if (!existsSync(file)) return undefined;
  try {
    const { target: of, ...state } = JSON.parse(readFileSync(file, 'utf8')) as CheckState & {
      target: string;
    };
    return of === target ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it in the folder of the runs, whole or not at all. */
export function writeCheckState(runs: string, target: string, state: CheckState): void {
  const file = fileOf(runs, target);
  mkdirSync(path.dirname(file), { recursive: true });
  writeJson(file, { target, ...state });
}
