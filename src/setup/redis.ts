import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../errors.js';
import { cacheFolder } from './cache.js';
import { isDebian, releaseName, unpackPackage } from './debian.js';
import type { Log } from './lock.js';
import { freePorts } from './neo4jConf.js';
import { endWith } from './neo4jProcess.js';
import { stage } from './stage.js';
import { canRun, missing } from './tools.js';

const START_MS = 20_000;

/** How `redis-server` is run. */
export interface RedisProgram {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it in order; it is gone when this returns. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
}

/**
 * A Redis server program: the one on the `PATH`, else Debian's package, unpacked into the cache folder.
 *
 * @throws KgmentorError USAGE where there is neither, UNREACHABLE where the package cannot be fetched
 */
export async function ensureRedis(log: Log, env: NodeJS.ProcessEnv = process.env): Promise<RedisProgram> {
  if (await canRun('redis-server', ['--version'], env)) return { command: 'redis-server', env };
  if (!(await isDebian())) throw missing(['Redis'], 'A local Redis server');
  const folder = path.join(cacheFolder(env), `redis-${releaseName()}-${process.arch}`);
  const build = async (empty: string) => {
    log('Fetching Redis by apt (1 MB, once) …');
    await unpackPackage('redis-server', empty, log).catch((cause: Error) => {
      throw new KgmentorError('UNREACHABLE', `Redis could not be fetched. ${cause.message}`, {
        next: 'See whether `apt-get download redis-server` works, then run the same command again.',
        cause,
      });
    });
  };
  await stage(folder, build, { log, what: 'the set-up of Redis' });
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const libraries = path.join(folder, 'usr', 'lib', triplet);
  return {
    command: path.join(folder, 'usr', 'bin', 'redis-server'),
    env: { ...env, LD_LIBRARY_PATH: libraries },
  };
}

/**
 * Starts a Redis server for this machine only, which writes each change to its append-only file, and waits until it
 * answers. It ends with this process at the latest.
 *
 * @param options.home folder of its files @param options.port a free one where absent
 * @throws KgmentorError UNREACHABLE where it does not come up
 * @example
 * const redis = await startRedis({ home: 'data' });
 */
export async function startRedis(options: {
  readonly home: string;
  readonly port?: number;
  readonly log?: Log;
}): Promise<RedisServer> {
  const program = await ensureRedis(options.log ?? (() => undefined));
  const home = path.resolve(options.home);
  mkdirSync(home, { recursive: true });
  const { bolt: port } = await freePorts({ bolt: options.port, http: false });
  const settings = {
    bind: '127.0.0.1',
    port,
    dir: home,
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(program.command, args, {
    env: program.env,
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    (stream as Socket).unref();
    stream.setEncoding('utf8').on('data', (text: string) => {
      lines.push(text);
      if (lines.length > 50) lines.shift();
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const { pid } = child;
  if (pid === undefined) throw new KgmentorError('UNREACHABLE', `${program.command} could not be started.`);
  const keeper = endWith(pid);
  const atExit = () => void child.kill('SIGTERM');
  process.on('exit', atExit);
  void exited.then(() => {
    keeper?.kill('SIGKILL');
    process.off('exit', atExit);
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    // The process of the child is not waited for by itself; a timer is.
    const alive = setInterval(() => undefined, 1000);
    await exited;
    clearInterval(alive);
  };
  if (!(await answers(child, port))) {
    await end('SIGKILL');
    throw new KgmentorError(
      'UNREACHABLE',
      `Redis did not start: ${lines.join('').trim().split('\n').at(-1)}`,
      {
        next: 'Mend what this line names, then start it again.',
      },
    );
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Waits for the answer to a PING: while it reads its files it answers with an error. */
async function answers(server: ChildProcess, port: number): Promise<boolean> {
  for (const end = Date.now() + START_MS; Date.now() < end && server.exitCode === null; await sleep(20)) {
    const socket = createConnection(port, '127.0.0.1');
    try {
      socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
      socket.write('PING\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      if (answer.toString().startsWith('+PONG')) return true;
    } catch {
      // Not yet.
    } finally {
      socket.destroy();
    }
  }
  return false;
}
