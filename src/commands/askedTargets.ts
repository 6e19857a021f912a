import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from '../train/job.js';

/** Of each target: when `--targets` last asked for a new student, as ISO text. */
export type AskedTargets = Readonly<Record<string, string>>;

const FILE = 'targets.json';

/** What {@link noteAsked} noted; nothing of a folder in which no students were trained beside each other. */
export function readAsked(runs: string): AskedTargets {
  const path = join(runs, FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as AskedTargets) : {};
}

/** Notes that students of these targets are begun now, so that --resume tells them from earlier ones. */
export function noteAsked(runs: string, targets: readonly string[], now = new Date()): AskedTargets {
  mkdirSync(runs, { recursive: true });
  const asked = { ...readAsked(runs), ...Object.fromEntries(targets.map((t) => [t, now.toISOString()])) };
  writeJson(join(runs, FILE), asked);
  return asked;
}
