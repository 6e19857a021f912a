/** Cycles of reading, retraining and publishing in one process, as a schedule does them, and what they leave in it. */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { recordRun } from '../../src/graph/runs.js';
import { graphRecord, publishInputOf } from '../../src/publishRun.js';
import { parseConfig } from '../../src/settings.js';
import { heldOut } from '../../src/train/heldOut.js';
import { retrain } from '../../src/train/retrain.js';
import { wipe } from '../../test/_neo4j.js';
import { ringConfig } from '../../test/_rings.js';
import { ask, leftovers, openGraph } from './database.js';
import { withFolder } from './folder.js';
import type { Scenario } from './scenario.js';
import { failureOf, tally } from './tally.js';
import { writeWorld } from './training.js';

const CONFIG = parseConfig(ringConfig, 'the configuration of the soak');
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
        const cycles = tally('retraining cycle in one process', log);
        const count = full ? 200 : 5;
        let warm: Held | undefined;
        let held: Held | undefined;
        for (let i = 0; i < count; i++) {
          const failure = await failureOf(cycle(graph, folder, `soak-${i}`));
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

async function cycle(graph: Graph, folder: string, id: string): Promise<void> {
  const { dataset } = await readDataset(() => graph, CONFIG);
  const run = path.join(folder, id);
  const split = heldOut(dataset, CONFIG.heldOut)[TARGET];
  const { student: settings, evaluation } = CONFIG;
  await retrain({ dataset, target: TARGET, split, settings, evaluation, folder: run, id }, { threads: 1 });
  await publish(graph, publishInputOf(run, CONFIG, TARGET), { graceSeconds: 0 });
  await recordRun(graph, graphRecord(run, TARGET));
  rmSync(run, { recursive: true });
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
