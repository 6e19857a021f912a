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
