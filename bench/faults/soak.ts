/** Cycles of looking, retraining, judging and publishing in one process, as `watch` does them, and what they leave in it. */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pLimit from 'p-limit';
import type { Config } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { openGraphs } from '../../src/graph/graphs.js';
import { migrate } from '../../src/graph/migrate.js';
import { checkTarget } from '../../src/operate/changes.js';
import { retrainJob } from '../../src/operate/retrainJob.js';
import { watch } from '../../src/operate/watch.js';
import { connectionOf, parseConfig } from '../../src/settings.js';
import { listRunFolders } from '../../src/train/runs.js';
import { wipe } from '../../test/_neo4j.js';
import { RING, ringConfig } from '../../test/_rings.js';
import { ask, leftovers, openGraph } from './database.js';
import { withFolder } from './folder.js';
import type { Scenario } from './scenario.js';
import { failureOf, tally } from './tally.js';
import { writeWorld } from './training.js';

const TARGET = 'books';
/** Cycles after which caches and pools have their size. */
const WARM = 2;
/** Megabytes by which the heap may seem to grow: what the engine compiles and keeps. */
const MOST_MB = 8;
/** Handles, connections and timers that may come and go; one that each cycle leaves behind is more after three. */
const MOST = 2;

export const soak: Scenario = {
  name: 'soak',
  run: ({ full, log }) =>
    withFolder(async (folder) => {
      const graph = await openGraph();
      try {
        await wipe(graph);
        await migrate(graph);
        await writeWorld(graph, folder);
        // What is counted is what stays in the process, whichever student is the better one.
        const settings = { ...ringConfig, gate: { tolerance: 1 }, runs: path.join(folder, 'runs') };
        const config = parseConfig(settings, 'the configuration of the soak');
        const cycles = tally('retraining cycle in one process', log);
        const count = full ? 200 : 5;
        let warm: Held | undefined;
        let held: Held | undefined;
        for (let i = 0; i < count; i++) {
          const failure = await failureOf(cycle(graph, config, i));
          held = await heldNow(graph);
          if (i + 1 === WARM) warm = held;
          if (i + 1 === WARM || i + 1 === count || (i + 1) % 20 === 0) log(`after ${i + 1}: ${lineOf(held)}`);
          const isGrown = i + 1 === count && hasGrown(warm as Held, held);
          const leftOver = await leftovers(graph);
          cycles.add(
            { lost: failure !== undefined, leftOver: isGrown || leftOver.length > 0 },
            `${failure?.stack ?? ''} ${leftOver.join('; ')}`,
          );
        }
        return [cycles.row];
      } finally {
        await wipe(graph);
        await graph.close();
      }
    }),
};

/** A fact more, a look, which finds it, and a retraining from the student before; runs that nobody needs are removed. */
async function cycle(graph: Graph, config: Config, number: number): Promise<void> {
  // The ring's facts lead three films further.
  const to = (number + 5 + Math.floor(number / RING)) % RING;
  await ask(graph, 'change', { from: `f${number % RING}`, to: `f${to}` });
  const graphs = () => openGraphs(config, connectionOf({}, 'write'));
  const [done] = await watch({
    ...{ targets: [TARGET], once: true, intervalSeconds: 1, limit: pLimit(1) },
    check: (target) => checkTarget({ config, graphs, target }),
    retrain: (target) =>
      retrainJob(
        { config, graphs, target, pretrain: true, incremental: true, onlyIfChanged: true },
        { threads: 1, graceSeconds: 0 },
      ),
  });
  if (done?.outcome !== 'published') throw new Error(`not published: ${JSON.stringify(done)}`);
  for (const { folder, record } of listRunFolders(config.runs))
    if (record.kind === 'student' && record.id !== done.run) rmSync(folder, { recursive: true });
}

/** What the process holds. */
interface Held {
  readonly heapMb: number;
  readonly residentMb: number;
  /** File handles, sockets among them; 0 where the system does not tell. */
  readonly handles: number;
  readonly connections: number;
  readonly timersAndSockets: number;
}

async function heldNow(graph: Graph): Promise<Held> {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const [{ connections }] = await ask<{ connections: number }>(graph, 'connections');
  return {
    heapMb: (heapUsed + external) / 1e6,
    residentMb: rss / 1e6,
    handles: handles(),
    connections: Number(connections),
    timersAndSockets: process.getActiveResourcesInfo().length,
  };
}

const hasGrown = (before: Held, after: Held): boolean =>
  after.heapMb > before.heapMb + MOST_MB ||
  after.handles > before.handles + MOST ||
  after.connections > before.connections + MOST ||
  after.timersAndSockets > before.timersAndSockets + MOST;

const lineOf = (held: Held): string =>
  `${held.heapMb.toFixed(1)} MB in use of ${held.residentMb.toFixed(0)} MB resident, ${held.handles} file handles, ${held.connections} connections, ${held.timersAndSockets} timers and sockets`;

function handles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
