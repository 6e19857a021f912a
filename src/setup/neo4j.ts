import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../errors.js';
import { connect } from '../graph/connect.js';
import { classArchive } from './classArchive.js';
import { findJava } from './java.js';
import { type Log, withLock } from './lock.js';
import { classPath, freePorts, javaFlags, type Plugins, portsBefore, writeConf } from './neo4jConf.js';
import { refuseRunning, type ServerProcess, startProcess } from './neo4jProcess.js';
import { browserFolder, ensureNeo4jRuntime, NEO4J_VERSION } from './neo4jRuntime.js';

export { ensureNeo4jRuntime } from './neo4jRuntime.js';

const START_MS = 120_000;
const STOP_MS = 20_000;
/** Writing the class archive takes half a minute on two slow cores. */
const ARCHIVE_MS = 180_000;

export interface ServerOptions {
  /** Folder of data, logs and configuration; made where it is missing. */
  readonly home: string;
  /** Bolt port; a free one where absent. */
  readonly port?: number;
  /** Serves Neo4j Browser as well. */
  readonly http?: boolean;
  /** Megabytes of the largest heap; 1024 where absent. */
  readonly heapMb?: number;
  /** Whether log-ins are asked for; a new home then has user `neo4j` with the initial password `neo4j`. */
  readonly auth?: boolean;
  /** Procedures from elsewhere. */
  readonly plugins?: Plugins;
  /** Whether it is as fast as a server that runs for long: both compilers of Java are used, which a try is too short for. */
  readonly measured?: boolean;
  readonly log?: Log;
}

export interface LocalServer {
  readonly uri: string;
  /** The address of Neo4j Browser. */
  readonly httpUri?: string;
  readonly pid: number;
  /** Ends the server in order; it is gone when this returns. */
  stop(): Promise<void>;
}

/**
 * Starts a Neo4j Community server for this machine only, and waits until it answers a query. It ends with this process
 * at the latest.
 *
 * @throws KgmentorError USAGE where Java is missing, or the home or the port is in use; UNREACHABLE where the server
 *   does not come up, with the last lines of its log
 * @example
 * const server = await startNeo4j({ home: 'data' });
 * try { … connect({ uri: server.uri }) … } finally { await server.stop(); }
 */
export async function startNeo4j(options: ServerOptions): Promise<LocalServer> {
  const { http = false, auth = false, heapMb = 1024, plugins, measured = false } = options;
  const { log = () => undefined } = options;
  const home = path.resolve(options.home);
  const lib = await ensureNeo4jRuntime(log);
  const browser = http ? await browserFolder(log) : undefined;
  const java = await findJava(false);
  // An archive fits any class path that begins with its own: one of a server with more would fit no other.
  const archive = classArchive(java, lib, browser === undefined && plugins === undefined);
  const lock = { log, what: 'the start of a server' };
  const launch = (more: readonly string[]) =>
    withLock(
      path.join(home, 'run', 'start.lock'),
      async () => {
        refuseRunning(home);
        const wanted = { bolt: options.port, http: browser !== undefined, before: portsBefore(home) };
        const ports = await freePorts(wanted);
        writeConf(home, ports, auth, plugins);
        const jars = classPath(lib, browser, plugins?.folder);
        const flags = [...javaFlags(heapMb, !measured), ...more, '-cp', jars];
        return { ...ports, process: startProcess(java.command, flags, home) };
      },
      lock,
    );
  log(`Starting Neo4j ${NEO4J_VERSION} …`);
  let started = await launch(archive.flags);
  try {
    await untilAnswers(started.process, started.bolt, auth);
  } catch (error) {
    const crashed = /SIG(ABRT|SEGV|BUS)/.test(await started.process.exited);
    if (archive.isNew || crashed) archive.discard();
    if (archive.isNew || !crashed) throw error;
    log('Java ended with its class archive, which may be damaged: starting without it …');
    started = await launch([]);
    await untilAnswers(started.process, started.bolt, auth);
  }
  let stopping: Promise<void> | undefined;
  const { process: server, bolt, http: page } = started;
  return {
    uri: uriOf(bolt),
    ...(page !== undefined && { httpUri: `http://127.0.0.1:${page}/browser/` }),
    pid: server.pid,
    stop() {
      stopping ??= (async () => {
        if (archive.isNew) log('Keeping the server’s classes for faster starts (once) …');
        if (await server.end(archive.isNew ? ARCHIVE_MS : STOP_MS)) archive.keep();
        else archive.discard();
      })();
      return stopping;
    },
  };
}

const uriOf = (port: number) => `bolt://127.0.0.1:${port}`;

/** Waits for the answer to a query: the port is open seconds before. A server that does not answer is ended. */
async function untilAnswers(server: ServerProcess, bolt: number, auth: boolean): Promise<void> {
  const timer = new AbortController();
  const late = sleep(START_MS, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
  const ended = server.exited.then(() => 'ended' as const);
  try {
    for (;;) {
      const seen = await Promise.race([ended, late, answers(uriOf(bolt), auth)]);
      if (seen === true) return;
      if (seen === 'ended') throw notStarted(server, `ended while it started (${await server.exited})`);
      if (seen === 'late') break;
      await Promise.race([ended, sleep(200)]);
    }
  } finally {
    timer.abort();
  }
  await server.end(0);
  throw notStarted(server, `did not answer within ${START_MS / 1000} s`);
}

async function answers(uri: string, auth: boolean): Promise<boolean> {
  try {
    const graph = await connect({ uri, retrySeconds: 1 });
    await graph.close();
    return true;
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    return auth && /\.Security\./.test(code ?? ''); // it asks for the password, so it is there
  }
}

const notStarted = (server: ServerProcess, what: string) =>
  new KgmentorError('UNREACHABLE', `The Neo4j server ${what}. Its last lines:\n${server.lastLines()}`, {
    next: 'Mend what these lines name, then start it again.',
  });
