import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** A way to a server on which faults happen. */
export interface FaultyProxy {
  readonly uri: string;
  /** Connections broken so far. */
  readonly cuts: number;
  /** Bytes of the server's answers so far. */
  readonly answered: number;
  /** Breaks the connection that brings the byte at this place of the answers from now on. */
  cutAfter(bytes: number): void;
  /** Holds each piece back for so long, in both directions. */
  delay(milliseconds: number): void;
  /**
   * Calls back once, when a request holds this text, before the server gets it. The request and all that follows it
   * on its connection wait for what is returned.
   */
  onRequest(text: string, action: () => unknown): void;
  /** Holds all requests back until what is returned is called. */
  hold(): () => void;
  /** Breaks a connection once, between the commit of a transaction with this text and the answer to it. */
  loseCommitOf(text: string): void;
  close(): void;
}

/** Bolt's message that asks for a commit, as a chunk of its own. */
const COMMIT = Buffer.from([0, 2, 0xb0, 0x12, 0, 0]);

/**
 * A TCP proxy before a Bolt server.
 *
 * @example
 * const proxy = await faultyProxy(serverUri());
 * proxy.cutAfter(100_000);
 */
export async function faultyProxy(uri: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(uri);
  const sockets = new Set<net.Socket>();
  const hooks = new Map<string, () => unknown>();
  const losing = new Set<string>();
  let left = Number.POSITIVE_INFINITY;
  let cuts = 0;
  let answered = 0;
  let wait = 0;
  let held: Promise<void> | undefined;

  const server = net.createServer({ noDelay: true }, (client) => {
    const behind = net.connect({ port: Number(port), host: hostname, noDelay: true });
    const cut = () => {
      cuts++;
      client.destroy();
      behind.destroy();
    };
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
    let losesCommit = false;
    let losesAnswer = false;
    let tail = '';
    inOrder(client, behind, async (data) => {
      await held;
      const text = tail + data.toString('latin1');
      for (const [wanted, action] of hooks)
        if (text.includes(wanted)) {
          hooks.delete(wanted);
          await action();
        }
      for (const wanted of losing)
        if (text.includes(wanted)) {
          losing.delete(wanted);
          losesCommit = true;
        }
      if (losesCommit && data.includes(COMMIT)) losesAnswer = true;
      tail = text.slice(-100);
    });
    inOrder(behind, client, (data) => {
      answered += data.length;
      left -= data.length;
      if (losesAnswer) return cut();
      if (left > 0) return;
      left = Number.POSITIVE_INFINITY;
      cut();
    });
  });

  /** Passes pieces on in their order, each after what `look` does with it. */
  function inOrder(from: net.Socket, to: net.Socket, look: (data: Buffer) => unknown): void {
    let last: Promise<unknown> = Promise.resolve();
    from.on('data', (data) => {
      last = last.then(async () => {
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        await look(data);
        if (!to.destroyed) to.write(data);
      });
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    uri: `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    get answered() {
      return answered;
    },
    cutAfter(bytes) {
      left = bytes;
    },
    delay(milliseconds) {
      wait = milliseconds;
    },
    onRequest: (text, action) => void hooks.set(text, action),
    hold() {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        held = undefined;
        release();
      };
    },
    loseCommitOf: (text) => void losing.add(text),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
