import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { KgmentorError } from '../errors.js';

const exec = promisify(execFile);

/**
 * Runs a program to its end; its standard output.
 *
 * @throws Error with the program's last lines where it fails or cannot be started
 */
export async function runTool(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    const { stdout } = await exec(command, [...args], { env, maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    const { stdout, stderr, message, code, signal } = error as Error & {
      stdout?: string;
      stderr?: string;
      code?: number | string;
      signal?: string;
    };
    const said = `${stderr ?? ''}`.trim() || `${stdout ?? ''}`.trim() || message;
    const how = signal ?? (typeof code === 'number' ? `exit code ${code}` : code);
    throw new Error(`${command} failed (${how}): ${said.split('\n').slice(-6).join('\n')}`, { cause: error });
  }
}

/** Whether a program can be started with these arguments and ends well. */
export async function canRun(
  command: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<boolean> {
  return runTool(command, args, env).then(
    () => true,
    () => false,
  );
}

/**
 * The C++ compiler: `CXX` where it is set, else the first of c++, g++ and clang++ that runs.
 */
export async function compiler(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  for (const name of env.CXX ? [env.CXX] : ['c++', 'g++', 'clang++'])
    if (await canRun(name, ['--version'], env)) return name;
  return undefined;
}

/** Package names of what can be missing, by package manager. */
const PACKAGES = {
  'Python 3': { apt: 'python3', brew: 'python' },
  pip: { apt: 'python3-pip', brew: 'python' },
  'a C++ compiler': { apt: 'g++', brew: 'gcc' },
  'Java 17 or 21': { apt: 'openjdk-17-jre-headless', brew: 'openjdk@17' },
  Maven: { apt: 'maven', brew: 'maven' },
  Redis: { apt: 'redis-server', brew: 'redis' },
} as const;

export type Prerequisite = keyof typeof PACKAGES;

/** The error that names all missing prerequisites at once and says how to get them. */
export function missing(names: readonly Prerequisite[], purpose: string): KgmentorError {
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
  const packages = (manager: 'apt' | 'brew') =>
    [...new Set(names.map((name) => PACKAGES[name][manager]))].join(' ');
  return new KgmentorError('USAGE', `${purpose} needs ${list}, not found here.`, {
    next: `Install with \`apt-get install ${packages('apt')}\` (Debian, Ubuntu) or \`brew install ${packages('brew')}\` (Homebrew), then run the same command again.`,
  });
}
