/** A publisher that is stopped between a statement on its lease and the commit: its locks end with their transaction. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Graph } from '../../src/graph/connect.js';
import { acquireLease } from '../../src/graph/lease.js';
import { faultyProxy } from '../../test/_proxy.js';
import { openGraph } from './database.js';
import type { FaultRow } from './scenario.js';
import { failureOf, tally } from './tally.js';

const NAME = 'held';
const SECONDS = 5;

export async function heldRenewal(
  graph: Graph,
  times: number,
  log: (line: string) => void,
): Promise<FaultRow> {
  const held = tally('holder of a lease stopped before the commit of its renewal', log);
  const proxy = await faultyProxy(graph.uri);
  const slow = await openGraph(proxy.uri);
  try {
    for (let i = 0; i < times; i++) {
      const first = await acquireLease(slow, NAME, { seconds: SECONDS });
      let release = () => {};
      // The statement is on its way then, and its commit is not.
      proxy.onRequest('SET l.expires', () => void setImmediate(() => (release = proxy.hold())));
      const renewed = failureOf(first.renew());
      await sleep(SECONDS * 1000);
      const second = await acquireLease(graph, NAME, { seconds: 60, waitSeconds: 60 });
      release();
      const failure = await renewed;
      const isKept = (await failureOf(second.renew())) === undefined;
      held.add({ lost: !isKept, doubled: failure === undefined }, `${failure}`);
      await second.release();
    }
    return held.row;
  } finally {
    await slow.close();
    proxy.close();
  }
}
