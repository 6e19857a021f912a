import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../src/setup/lock.js';
import { type LocalServer, startNeo4j } from '../../src/setup/neo4j.js';

/** A server that may be killed. */
export interface OwnServer {
  readonly uri: string;
  /** Kills it in the middle of whatever it does, and starts it again at the same address. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Neo4j server on a new home. */
export async function ownServer(home: string): Promise<OwnServer> {
  let server: LocalServer = await startNeo4j({ home, heapMb: 512 });
  const port = Number(new URL(server.uri).port);
  return {
    uri: server.uri,
    async crash() {
      process.kill(server.pid, 'SIGKILL');
      while (isAlive(server.pid)) await sleep(20);
      server = await startNeo4j({ home, port, heapMb: 512 });
    },
    stop: () => server.stop(),
  };
}
