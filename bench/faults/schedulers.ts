/** Two `kgmentor schedule` of two machines, each with a folder of its own, whose time comes at the same moment. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ScheduleSettings } from '../../src/configOperate.js';
import type { Graph } from '../../src/graph/connect.js';
import { migrate } from '../../src/graph/migrate.js';
import { readPublishedModel } from '../../src/graph/publishedModel.js';
import type { OperateEvent } from '../../src/operate/events.js';
import { writeScheduleStates } from '../../src/operate/scheduleState.js';
import { interrupt, runCli } from '../../test/_cli.js';
import { wipe } from '../../test/_neo4j.js';
import { importRings, ringConfig, writeRings } from '../../test/_rings.js';
import { ask, leftovers } from './database.js';
import { withFolder } from './folder.js';
import type { FaultRow } from './scenario.js';
import { tally } from './tally.js';

const MACHINES = ['a', 'b'];
const DAY_MS = 86_400_000;
/** A missed time is made good at the start, so that both begin at once. */
const DAILY: Partial<ScheduleSettings> = {
  ...{ cron: '0 3 * * *', targets: ['films'] },
  ...{ pretrain: true, onlyIfChanged: true, catchUp: true },
};

type Ended = Extract<OperateEvent, { type: 'outcome' | 'trouble' }>;

/** One of them retrains, the other is told that it does or has done. */
export function schedulers(graph: Graph, times: number, log: (line: string) => void): Promise<FaultRow> {
  return withFolder(async (folder) => {
    const race = tally('two schedulers at once', log);
    await wipe(graph);
    await migrate(graph);
    writeRings(folder);
    await importRings(graph, folder);
    for (let i = 0; i < times; i++) {
      await ask(graph, 'change', { from: `f${i}`, to: 'f29' });
      const ended = await Promise.all(MACHINES.map((name) => scheduled(path.join(folder, name))));
      const told = ended.map((one) => (one?.type === 'outcome' ? one.outcome : 'failed'));
      const winners = ended.flatMap((one) =>
        one?.type === 'outcome' && one.outcome === 'published' ? [one.run] : [],
      );
      const published = await readPublishedModel(graph, 'films');
      const left = await leftovers(graph);
      race.add(
        {
          lost: winners.length === 0 || told.includes('failed'),
          doubled: winners.length > 1,
          mixed: !winners.includes(published?.id),
          leftOver: left.length > 0,
        },
        `${JSON.stringify(ended)} ${left.join('; ')}`,
      );
    }
    return race.row;
  });
}

/** Runs one with a missed time behind it, until it has told what became of it. */
async function scheduled(folder: string): Promise<Ended | undefined> {
  mkdirSync(folder, { recursive: true });
  const config = { ...ringConfig, gate: { tolerance: 1 }, schedules: { daily: DAILY } };
  writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify(config));
  const seen = new Date(Date.now() - DAY_MS).toISOString();
  writeScheduleStates(path.join(folder, 'runs'), { daily: { seen, running: {}, last: {} } });
  const { stdout } = await runCli(['schedule', '--json', '--threads', '1'], {
    cwd: folder,
    onBegun: (child) =>
      void child.stdout?.on('data', (text: Buffer) => {
        if (/"type":"(outcome|trouble)"/.test(text.toString())) interrupt(child);
      }),
  });
  const events = stdout.split('\n').filter(Boolean);
  return events.map((line) => JSON.parse(line) as Ended).find(({ type }) => /^(outcome|trouble)$/.test(type));
}
