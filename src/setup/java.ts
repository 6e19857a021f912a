import { existsSync } from 'node:fs';
import path from 'node:path';
import { missing, type Prerequisite, runTool } from './tools.js';

/** The releases of Java that Neo4j 5.26 supports. */
const RELEASES = ['17', '21'];

export interface Java {
  readonly command: string;
  /** What `java --version` says: differs between any two builds. */
  readonly build: string;
}

/**
 * A fitting Java: that of `JAVA_HOME` before the one on the `PATH`.
 *
 * @param maven whether Maven is needed as well
 * @throws KgmentorError USAGE that names what is missing and how to get it
 */
export async function findJava(maven: boolean, env: NodeJS.ProcessEnv = process.env): Promise<Java> {
  const lacks: Prerequisite[] = [];
  const found = (await allJava(env)).find(({ build }) => RELEASES.includes(releaseOf(build)));
  if (!found) lacks.push('Java 17 or 21');
  if (maven && !isOnPath('mvn', env)) lacks.push('Maven'); // not run: without Java it would fail
  if (!found || lacks.length > 0) throw missing(lacks, 'A local Neo4j server');
  return found;
}

async function allJava(env: NodeJS.ProcessEnv): Promise<Java[]> {
  const commands = [...(env.JAVA_HOME ? [path.resolve(env.JAVA_HOME, 'bin', 'java')] : []), 'java'];
  const found: Java[] = [];
  for (const command of commands) {
    const build = await runTool(command, ['--version'], env).catch(() => undefined);
    if (build !== undefined) found.push({ command, build });
  }
  return found;
}

/** The first number after the product's name, as in `openjdk 17.0.15 2025-04-15`. */
function releaseOf(build: string): string {
  return /^\S+ (\d+)/.exec(build)?.[1] ?? '';
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  const endings = process.platform === 'win32' ? ['.cmd', '.bat'] : [''];
  return (env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .some((folder) => endings.some((ending) => existsSync(path.join(folder, program + ending))));
}
