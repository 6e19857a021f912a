/** Two of a kind at once: migrators, publishers of one source, and schedulers of one target. */
import type { Graph } from '../../src/graph/connect.js';
import { migrate } from '../../src/graph/migrate.js';
import { wipe } from '../../test/_neo4j.js';
import { type Actor, type Outcome, withActors } from './actors.js';
import { ask, leftovers, openGraph } from './database.js';
import type { FaultRow, Scenario } from './scenario.js';
import { schedulers } from './schedulers.js';
import { tally } from './tally.js';
import { seen, version, writeNodes } from './versions.js';

const EACH = 40;

export const races: Scenario = {
  name: 'races',
  async run({ full, log }) {
    const graph = await openGraph();
    const times = full ? 10 : 1;
    try {
      return await withActors(2, async (actors) => [
        await migrators(graph, actors, times, log),
        await publishers(graph, actors, times, log),
        await schedulers(graph, times, log),
      ]);
    } finally {
      await wipe(graph);
      await graph.close();
    }
  },
};

type Log = (line: string) => void;

async function migrators(graph: Graph, actors: readonly Actor[], times: number, log: Log): Promise<FaultRow> {
  const race = tally('two migrators at once', log);
  for (let i = 0; i < times; i++) {
    await wipe(graph);
    const outcomes = await Promise.all(actors.map((actor) => actor.act('migrate')));
    const history = await ask<{ version: string; times: number }>(graph, 'history');
    const leftOver = await leftovers(graph);
    const { pending } = await migrate(graph, { dryRun: true });
    race.add(
      {
        lost: !outcomes.some(({ done }) => done) || !outcomes.every(isFair) || pending.length > 0,
        doubled: history.some((one) => Number(one.times) > 1),
        leftOver: leftOver.length > 0,
      },
      told(outcomes, leftOver),
    );
  }
  return race.row;
}

/** The one who is refused goes away empty-handed; readers have one whole version. */
async function publishers(
  graph: Graph,
  actors: readonly Actor[],
  times: number,
  log: Log,
): Promise<FaultRow> {
  const race = tally('two publishers at once', log);
  await wipe(graph);
  await migrate(graph);
  await writeNodes(graph, EACH);
  for (let i = 0; i < times; i++) {
    const versions = actors.map((_, a) => version(`v${i}-${a}`, EACH));
    const outcomes = await Promise.all(
      actors.map((actor, a) => actor.act(`publish ${versions[a].model.id} ${EACH} 60`)),
    );
    const winners = versions.filter((_, a) => outcomes[a].done).map(({ model }) => model.id);
    const refused = outcomes.every(({ done, code }) => done || code === 'GATE');
    const found = await seen(graph, versions);
    const leftOver = await leftovers(graph);
    race.add(
      {
        lost: found.lost || !refused || !winners.includes(`${found.model}`),
        mixed: found.mixed,
        leftOver: leftOver.length > 0,
      },
      told(outcomes, leftOver),
    );
  }
  return race.row;
}

/** It migrated, or was told after ten seconds who does: on a very busy machine constraints take longer. */
const isFair = ({ done, message = '' }: Outcome): boolean => done || /holds the lock/.test(message);

const told = (outcomes: readonly Outcome[], leftOver: readonly string[]): string =>
  `${JSON.stringify(outcomes)} ${leftOver.join('; ')}`;
