/**
 * A machine's clock that jumps, by days and ten times a second: of a publisher, whose lease ends by the server's
 * clock, and of a training. The server's own clock is not touched: where that jumps, leases end early or late, and the
 * token fences them all the same, which `revived` shows.
 */
import type { Graph } from '../../src/graph/connect.js';
import { acquireLease } from '../../src/graph/lease.js';
import { migrate } from '../../src/graph/migrate.js';
import { leaseOf } from '../../src/graph/publish.js';
import { wipe } from '../../test/_neo4j.js';
import { startActor } from './actors.js';
import { leftovers, openGraph } from './database.js';
import { withFolder } from './folder.js';
import type { FaultRow, Scenario } from './scenario.js';
import { failureOf, tally } from './tally.js';
import { harmOf, runsIn, writeWorld } from './training.js';
import { SOURCE, seen, version, writeNodes } from './versions.js';

const EACH = 40;
const JUMPING = { NODE_OPTIONS: `--import=${new URL('./jumpingClock.js', import.meta.url).href}` };

type Log = (line: string) => void;

export const clock: Scenario = {
  name: 'clock',
  async run({ full, log }) {
    const graph = await openGraph();
    try {
      await wipe(graph);
      const rows = [await publisher(graph, full ? 10 : 1, log)];
      if (full) rows.push(await training(graph, 3, log));
      return rows;
    } finally {
      await wipe(graph);
      await graph.close();
    }
  },
};

async function publisher(graph: Graph, times: number, log: Log): Promise<FaultRow> {
  const jumps = tally('clock of a publisher jumps by days', log);
  await migrate(graph);
  await writeNodes(graph, EACH);
  const actor = await startActor(JUMPING);
  try {
    for (let i = 0; i < times; i++) {
      let taken: Promise<Error | undefined> | undefined;
      const { done, message } = await actor.act(`publish v${i} ${EACH} 60`, () => {
        taken ??= failureOf(acquireLease(graph, leaseOf(SOURCE), { holder: 'another' }));
      });
      const refused = (await taken) as { code?: string } | undefined;
      const found = await seen(graph, [version(`v${i}`, EACH)]);
      const leftOver = await leftovers(graph);
      jumps.add(
        {
          lost: !done || found.lost,
          doubled: refused?.code !== 'GATE', // two held the lease
          mixed: found.mixed,
          leftOver: leftOver.length > 0,
        },
        `${message} ${leftOver.join('; ')}`,
      );
    }
  } finally {
    await actor.end();
  }
  return jumps.row;
}

const training = (graph: Graph, times: number, log: Log): Promise<FaultRow> =>
  withFolder(async (folder) => {
    const jumps = tally('clock of a training jumps by days', log);
    await wipe(graph);
    await writeWorld(graph, folder);
    const whole = runsIn(folder, 'whole');
    await whole.pretrain();
    for (let i = 0; i < times; i++) {
      const runs = runsIn(folder, `run-${i}`);
      const { code, stderr } = await runs.pretrain([], { env: JUMPING });
      const harm = harmOf(whole.folder() as string, runs.folder());
      jumps.add({ ...harm, lost: harm.lost || code !== 0 }, stderr.slice(-500));
    }
    return jumps.row;
  });
