import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The compiled test files in two lists that may run beside each other: those that share the server's one database, and
 * those that touch none.
 */
export function lanesOf(files: readonly string[]): [server: string[], alone: string[]] {
  return [files.filter(usesServer), files.filter((file) => !usesServer(file))];
}

/** Whether a file imports `_neo4j.js`, itself or through helpers. */
function usesServer(file: string): boolean {
  return [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)]
    .map(([, name]) => path.resolve(path.dirname(file), name))
    .filter((at) => path.basename(at).startsWith('_'))
    .some((at) => path.basename(at) === '_neo4j.js' || usesServer(at));
}

/** The files that take longest, of those that need a server and of the others. */
const LONGEST = [
  'faults/serverKills',
  'graph/publish',
  'bench/grid',
  'operate/queue/cli',
  'query/encoders',
  'cliTargets',
  'faults/soak',
  'bench/scale',
  'cliTraining',
  'graph/importResume',
  'faults/connections',
  'faults/trainerKills',
  'operate/retrainJob',
  'graph/hubs',
  'bench/traffic',
  'faults/races',
  'faults/queue',
  'train/process',
  'setup/neo4j',
].map((name) => path.normalize(`${name}.test.js`));

/** Files in the order in which idle lanes are to take them, so that all end at about the same time. */
export function longestFirst(files: readonly string[]): string[] {
  const rank = (file: string) => {
    const at = LONGEST.findIndex((name) => file.endsWith(name));
    return at < 0 ? LONGEST.length : at;
  };
  return [...files].sort((a, b) => rank(a) - rank(b));
}
