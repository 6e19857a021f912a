/** Publishers thought dead that come back: processes that were stopped, and requests that arrive late. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Graph } from '../../src/graph/connect.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { seededRandom } from '../../src/kg/random.js';
import { wipe } from '../../test/_neo4j.js';
import { faultyProxy } from '../../test/_proxy.js';
import { type Actor, withActors } from './actors.js';
import { leftovers, openGraph } from './database.js';
import type { FaultRow, Scenario } from './scenario.js';
import { failureOf, type Harm, tally } from './tally.js';
import { seen, version, writeNodes } from './versions.js';

const EACH = 2500;
/** Of the lease of the one that is stopped; a busy machine needs some. */
const SECONDS = 4;
const NOW = { graceSeconds: 0, waitSeconds: 60 };

/** Each is the first statement of its transaction: what waits with locks is ended by the server after 30 seconds. */
const REQUESTS = [
  'CREATE VECTOR INDEX',
  'setNodeVectorProperty',
  'DROP INDEX',
  'REMOVE n[$slot]',
  'MERGE (m:KgModel',
  'SET p.previousModel',
];

type Log = (line: string) => void;

export const revived: Scenario = {
  name: 'revived',
  async run({ full, log }) {
    const graph = await openGraph();
    try {
      await wipe(graph);
      await migrate(graph);
      await writeNodes(graph, EACH);
      await publish(graph, version('v0', EACH), NOW);
      await publish(graph, version('v1', EACH), NOW);
      return [
        await withActors(1, ([actor]) => stopped(graph, actor, full ? 10 : 1, log)),
        await late(graph, full ? REQUESTS : REQUESTS.slice(0, 1), log),
      ];
    } finally {
      await wipe(graph);
      await graph.close();
    }
  },
};

/** What readers have after another one published meanwhile: that one's version, whole. */
async function harmOf(graph: Graph, id: string): Promise<[Harm, string]> {
  const found = await seen(graph, [version(id, EACH)]);
  const leftOver = await leftovers(graph);
  const harm = { lost: found.lost || found.model !== id, mixed: found.mixed, leftOver: leftOver.length > 0 };
  return [harm, `${JSON.stringify(found)} ${leftOver.join('; ')}`];
}

async function stopped(graph: Graph, actor: Actor, times: number, log: Log): Promise<FaultRow> {
  const stops = tally('publisher stopped until its lease ran out, then revived', log);
  const random = seededRandom(7);
  for (let i = 0; i < times; i++) {
    const at = Math.floor(random() * 5); // of four batches of vectors; then the index
    let stages = 0;
    let pause = () => {};
    const paused = new Promise<void>((resolve) => {
      pause = resolve;
    });
    const work = actor.act(`publish stopped-${i} ${EACH} ${SECONDS}`, (stage) => {
      if (stages++ < at && stage !== 'index') return;
      process.kill(actor.pid, 'SIGSTOP');
      pause();
    });
    await Promise.race([paused, work]);
    await sleep(SECONDS * 1000);
    await publish(graph, version(`next-${i}`, EACH), NOW);
    process.kill(actor.pid, 'SIGCONT');
    const { done, code, message } = await work;
    const [harm, why] = await harmOf(graph, `next-${i}`);
    // It must not believe that it published.
    stops.add({ ...harm, doubled: done, lost: harm.lost || (!done && code !== 'GATE') }, `${message} ${why}`);
  }
  return stops.row;
}

async function late(graph: Graph, requests: readonly string[], log: Log): Promise<FaultRow> {
  const held = tally('request of a publisher arrives after its lease ran out', log);
  const proxy = await faultyProxy(graph.uri);
  const slow = await openGraph(proxy.uri);
  try {
    for (const [i, text] of requests.entries()) {
      const next = `late-${i}`;
      let meanwhile: Promise<unknown> | undefined;
      proxy.onRequest(text, () => {
        const release = proxy.hold();
        meanwhile = sleep(SECONDS * 1000)
          .then(() => publish(graph, version(next, EACH), NOW))
          .finally(release);
        return meanwhile;
      });
      const failure = await failureOf(
        publish(slow, version(`held-${i}`, EACH), { ...NOW, seconds: SECONDS }),
      );
      await meanwhile;
      const [harm, why] = await harmOf(graph, next);
      const isRefused = (failure as { code?: string } | undefined)?.code === 'GATE';
      held.add({ ...harm, doubled: !failure, lost: harm.lost || !isRefused }, `${text}: ${failure} ${why}`);
    }
    return held.row;
  } finally {
    await slow.close();
    proxy.close();
  }
}
