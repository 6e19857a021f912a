/** Publishers thought dead that come back: processes that were stopped, and requests that arrive late. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Graph } from '../../src/graph/connect.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { seededRandom } from '../../src/kg/random.js';
import { wipe } from '../../test/_neo4j.js';
import { faultyProxy } from '../../test/_proxy.js';
import { type Actor, withActors } from './actors.js';
import { ask, leftovers, openGraph } from './database.js';
import { heldRenewal } from './heldRenewal.js';
import type { FaultRow, Scenario } from './scenario.js';
import { failureOf, type Harm, tally } from './tally.js';
import { seen, version, writeNodes } from './versions.js';

/** In full the lease's end is waited for, and there are several batches a label; in short its end is moved. */
const FULL = { each: 2500, seconds: 10, waits: true };
const SHORT = { each: 300, seconds: 60, waits: false };
const NOW = { graceSeconds: 0, waitSeconds: 60 };

/** Each is of the first statement of its transaction: what waits with locks is ended by the server after 30 seconds. */
const REQUESTS = [
  'CREATE VECTOR INDEX',
  'CALL db.index.vector.queryNodes',
  'setNodeVectorProperty',
  'DROP INDEX',
  'REMOVE n[$slot]',
  'MERGE (m:KgModel',
  'SET p.previousModel',
];

interface Place {
  readonly graph: Graph;
  readonly each: number;
  /** Of the lease of the one that comes back. */
  readonly seconds: number;
  readonly waits: boolean;
  readonly log: (line: string) => void;
}

export const revived: Scenario = {
  name: 'revived',
  async run({ full, log }) {
    const graph = await openGraph();
    const place = { graph, log, ...(full ? FULL : SHORT) };
    const { each } = place;
    try {
      await wipe(graph);
      await migrate(graph);
      await writeNodes(graph, each);
      await publish(graph, version('v0', each), NOW);
      await publish(graph, version('v1', each), NOW);
      return [
        await withActors(1, ([actor]) => stopped(place, actor, full ? 10 : 1)),
        await late(place, full ? REQUESTS : REQUESTS.slice(0, 2)),
        // It takes half a minute each.
        ...(full ? [await heldRenewal(graph, 3, log)] : []),
      ];
    } finally {
      await wipe(graph);
      await graph.close();
    }
  },
};

/** What readers have after another one published meanwhile: that one's version, whole. */
async function harmOf({ graph, each }: Place, id: string): Promise<[Harm, string]> {
  const found = await seen(graph, [version(id, each)]);
  const leftOver = await leftovers(graph);
  const harm = { lost: found.lost || found.model !== id, mixed: found.mixed, leftOver: leftOver.length > 0 };
  return [harm, `${JSON.stringify(found)} ${leftOver.join('; ')}`];
}

const ranOut = async ({ graph, seconds, waits }: Place): Promise<void> => {
  if (waits) await sleep(seconds * 1000);
  else await ask(graph, 'expire');
};

async function stopped(place: Place, actor: Actor, times: number): Promise<FaultRow> {
  const { graph, each, seconds, log } = place;
  const stops = tally('publisher stopped until its lease ran out, then revived', log);
  const random = seededRandom(7);
  for (let i = 0; i < times; i++) {
    const at = Math.floor(random() * 5); // of four batches of vectors; then the index
    let stages = 0;
    let pause = () => {};
    const paused = new Promise<void>((resolve) => {
      pause = resolve;
    });
    const work = actor.act(`publish stopped-${i} ${each} ${seconds}`, (stage) => {
      if (stages++ < at && stage !== 'index') return;
      process.kill(actor.pid, 'SIGSTOP');
      pause();
    });
    await Promise.race([paused, work]);
    await ranOut(place);
    await publish(graph, version(`next-${i}`, each), NOW);
    process.kill(actor.pid, 'SIGCONT');
    const { done, code, message } = await work;
    const [harm, why] = await harmOf(place, `next-${i}`);
    // It must not believe that it published.
    stops.add({ ...harm, doubled: done, lost: harm.lost || (!done && code !== 'GATE') }, `${message} ${why}`);
  }
  return stops.row;
}

async function late(place: Place, requests: readonly string[]): Promise<FaultRow> {
  const { graph, each, seconds, log } = place;
  const held = tally('request of a publisher arrives after its lease ran out', log);
  const proxy = await faultyProxy(graph.uri);
  const slow = await openGraph(proxy.uri);
  try {
    for (const [i, text] of requests.entries()) {
      const next = `late-${i}`;
      let meanwhile: Promise<unknown> | undefined;
      proxy.onRequest(text, () => {
        const release = proxy.hold();
        meanwhile = ranOut(place)
          .then(() => publish(graph, version(next, each), NOW))
          .finally(release);
        return meanwhile;
      });
      const failure = await failureOf(publish(slow, version(`held-${i}`, each), { ...NOW, seconds }));
      await meanwhile;
      const [harm, why] = await harmOf(place, next);
      const isRefused = (failure as { code?: string } | undefined)?.code === 'GATE';
      held.add({ ...harm, doubled: !failure, lost: harm.lost || !isRefused }, `${text}: ${failure} ${why}`);
    }
    return held.row;
  } finally {
    await slow.close();
    proxy.close();
  }
}
