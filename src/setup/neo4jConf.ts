import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { KgmentorError } from '../errors.js';

const HOST = '127.0.0.1';

export interface Ports {
  readonly bolt: number;
  /** None where the server gets no web page. */
  readonly http?: number;
}

/** What is wanted of the ports of a server. */
export interface WantedPorts {
  /** A free one where absent. */
  readonly bolt?: number;
  /** Whether one is needed for HTTP. */
  readonly http: boolean;
  /** Those that the server had before: taken again where nobody else has them now. */
  readonly before?: Partial<Ports>;
}

/**
 * Ports that nobody else listens on.
 *
 * @throws KgmentorError USAGE where the port asked for cannot be had
 */
export async function freePorts({ bolt, http, before = {} }: WantedPorts): Promise<Ports> {
  // Both are held until both are known, so that they differ.
  const held: Server[] = [];
  try {
    held.push(bolt === undefined ? await again(before.bolt) : await listen(bolt));
    if (http) held.push(await again(before.http));
    const [first, second] = held.map((server) => (server.address() as { port: number }).port);
    return { bolt: first, http: second };
  } finally {
    await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))));
  }
}

/** On a port if it is free, else on any. */
const again = (port = 0): Promise<Server> => listen(port).catch(() => listen(0));

const confOf = (home: string): string => path.join(home, 'conf', 'neo4j.conf');

/** The ports that a home's server had when it ran last. */
export function portsBefore(home: string): Partial<Ports> {
  const file = confOf(home);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const port = (name: string) => {
    const found = new RegExp(`^server\\.${name}\\.listen_address=.*:(\\d+)$`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return { bolt: port('bolt'), http: port('http') };
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => {
      const message = `Port ${port} of this machine cannot be used: ${cause.message}.`;
      reject(new KgmentorError('USAGE', message, { next: 'Give another port, or none.', cause }));
    });
    server.listen(port, HOST, () => resolve(server));
  });
}

/** Procedures from elsewhere. */
export interface Plugins {
  /** Folder of their jars. */
  readonly folder: string;
  /** Names of those that may reach into the server, such as `gds.*`. */
  readonly unrestricted: string;
}

/** Writes `conf/neo4j.conf`: all addresses are of this machine only. */
export function writeConf(home: string, ports: Ports, auth: boolean, plugins?: Plugins): void {
  const lines = [
    `server.default_listen_address=${HOST}`,
    `server.bolt.listen_address=${HOST}:${ports.bolt}`,
    `server.bolt.advertised_address=${HOST}:${ports.bolt}`,
    `server.http.enabled=${ports.http !== undefined}`,
    ...(ports.http === undefined
      ? []
      : [
          `server.http.listen_address=${HOST}:${ports.http}`,
          `server.http.advertised_address=${HOST}:${ports.http}`,
          'client.allow_telemetry=false',
        ]),
    'server.https.enabled=false',
    ...(plugins
      ? [
          `server.directories.plugins=${plugins.folder}`,
          `dbms.security.procedures.unrestricted=${plugins.unrestricted}`,
        ]
      : []),
    `dbms.security.auth_enabled=${auth}`,
    'dbms.usage_report.enabled=false',
    'server.memory.pagecache.size=256m',
    'db.tx_log.rotation.retention_policy=keep_none',
    // Half a gigabyte of empty logs otherwise.
    'db.tx_log.preallocate=false',
    // Ten seconds of waiting at each stop otherwise.
    'internal.dbms.bolt.netty_server_shutdown_quiet_period=0',
  ];
  for (const folder of ['conf', 'logs', 'run']) mkdirSync(path.join(home, folder), { recursive: true });
  writeFileSync(confOf(home), `${lines.join('\n')}\n`);
}

/** The server's own jars come first, see the class archive. */
export const classPath = (...folders: readonly (string | undefined)[]): string =>
  folders.flatMap((folder) => (folder ? [path.join(folder, '*')] : [])).join(path.delimiter);

/**
 * @param quick the quick compiler alone: a server for tries lives too short for the slow one to pay
 */
export const javaFlags = (heapMb: number, quick = true): string[] => [
  `-Xms${Math.min(256, heapMb)}m`,
  `-Xmx${heapMb}m`,
  '-XX:+UseG1GC',
  ...(quick ? ['-XX:TieredStopAtLevel=1'] : []),
  '-XX:-OmitStackTraceInFastThrow',
  '-XX:+DisableExplicitGC',
  '--add-opens=java.base/java.nio=ALL-UNNAMED',
  '--add-opens=java.base/java.io=ALL-UNNAMED',
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
  '-Dio.netty.tryReflectionSetAccessible=true',
  '-Dlog4j2.disable.jmx=true',
  '-Dfile.encoding=UTF-8',
];
