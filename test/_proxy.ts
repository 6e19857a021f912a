import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** A way to a server that breaks once, after so many bytes of its answers. */
export interface BreakingProxy {
  readonly uri: string;
  /** Connections broken so far. */
  readonly cuts: number;
  /** Breaks the connection that brings the byte at this place from now on. */
  cutAfter(bytes: number): void;
  close(): void;
}

/**
 * A TCP proxy before a Bolt server.
 *
 * @example
 * const proxy = await breakingProxy(serverUri());
 * proxy.cutAfter(100_000);
 */
export async function breakingProxy(uri: string): Promise<BreakingProxy> {
  const { hostname, port } = new URL(uri);
  const sockets = new Set<net.Socket>();
  let left = Number.POSITIVE_INFINITY;
  let cuts = 0;
  const server = net.createServer((client) => {
    const behind = net.connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, behind],
      [behind, client],
    ]) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(behind);
    behind.on('data', (data) => {
      left -= data.length;
      if (left > 0) return void client.write(data);
      left = Number.POSITIVE_INFINITY;
      cuts++;
      client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    uri: `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    cutAfter(bytes) {
      left = bytes;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
