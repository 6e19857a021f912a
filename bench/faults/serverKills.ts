/** kill -9 of Neo4j in the middle of an import, of a write-back and of the switch, on a server of its own. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Graph } from '../../src/graph/connect.js';
import { migrate } from '../../src/graph/migrate.js';
import { type PublishOptions, publish } from '../../src/graph/publish.js';
import type { PublishInput } from '../../src/graph/publishInput.js';
import { seededRandom } from '../../src/kg/random.js';
import { type FaultyProxy, faultyProxy } from '../../test/_proxy.js';
import { leftovers, openGraph } from './database.js';
import { factsIn } from './facts.js';
import { withFolder } from './folder.js';
import { type OwnServer, ownServer } from './ownServer.js';
import type { Scenario } from './scenario.js';
import { failureOf, type Harm, tally } from './tally.js';
import { seen, version, writeNodes } from './versions.js';

const FACTS = 3000;

interface Place {
  readonly server: OwnServer;
  readonly proxy: FaultyProxy;
  readonly graph: Graph;
  readonly random: () => number;
  /** Nodes a label: in full several batches. */
  readonly each: number;
}

export const serverKills: Scenario = {
  name: 'neo4j',
  run: ({ full, log }) =>
    withFolder(async (folder) => {
      const server = await ownServer(path.join(folder, 'neo4j'));
      const proxy = await faultyProxy(server.uri);
      const graph = await openGraph(proxy.uri);
      try {
        await migrate(graph);
        const place = { server, proxy, graph, random: seededRandom(11), each: full ? 2500 : 300 };
        await writeNodes(graph, place.each);
        const importing = importKills(place, folder);
        const publishing = await publishKills(place);
        const kinds: [string, number, () => Promise<[Harm, string?]>][] = [
          ['kill -9 of Neo4j during an import', full ? 7 : 1, importing],
          ['kill -9 of Neo4j during a write-back', full ? 7 : 0, () => publishing('write-back')],
          ['kill -9 of Neo4j during the switch', full ? 7 : 1, () => publishing('switch')],
        ];
        const rows = [];
        for (const [kind, times, kill] of kinds.filter(([, count]) => count > 0)) {
          const kills = tally(kind, log);
          for (let i = 0; i < times; i++) kills.add(...(await kill()));
          rows.push(kills.row);
        }
        return rows;
      } finally {
        await graph.close();
        proxy.close();
        await server.stop();
      }
    }),
};

/** Does work that is killed and does it once more, as a person would run the command again. */
async function twice(
  work: () => Promise<unknown>,
  crashed: () => Promise<void> | undefined,
  between: () => Promise<Harm> = async () => ({}),
): Promise<{ harm: Harm; why: string }> {
  const first = await failureOf(work());
  const crash = crashed();
  if (!crash) return { harm: { lost: true }, why: `no kill took place: ${first?.stack}` };
  await crash;
  const harm = await between();
  const second = await failureOf(work());
  return { harm: { ...harm, lost: harm.lost || second !== undefined }, why: `${first} ${second}` };
}

function importKills({ server, graph, random }: Place, folder: string): () => Promise<[Harm, string?]> {
  const facts = factsIn(folder, FACTS);
  return async () => {
    const at = random() * FACTS;
    let crash: Promise<void> | undefined;
    const { harm, why } = await twice(
      () =>
        facts.load(graph, {
          onProgress: ({ stage, rows = 0 }) => {
            if (stage !== 'check' && rows >= at) crash ??= server.crash();
          },
        }),
      () => crash,
    );
    const found = await facts.check(graph);
    const leftOver = await leftovers(graph);
    await facts.clear(graph);
    return [
      { ...found, lost: found.lost || harm.lost, leftOver: leftOver.length > 0 },
      `${why} ${leftOver.join('; ')}`,
    ];
  };
}

async function publishKills({ server, proxy, graph, random, each }: Place) {
  const versions: PublishInput[] = [version('v0', each)];
  await publish(graph, versions[0], { graceSeconds: 0 });
  return async (during: 'write-back' | 'switch'): Promise<[Harm, string?]> => {
    const old = versions[versions.length - 1];
    const next = version(`v${versions.length}`, each);
    versions.push(next);
    let crash: Promise<void> | undefined;
    const kill = () => {
      crash ??= sleep(random() * (during === 'switch' ? 20 : 300)).then(() => server.crash());
    };
    const step = Math.floor(random() * 5); // of four batches of vectors; then the index
    let steps = 0;
    const onProgress: PublishOptions['onProgress'] = ({ stage }) => {
      if (during === 'write-back' && (steps++ === step || stage === 'index')) kill();
    };
    if (during === 'switch') proxy.onRequest('SET p.previousModel', kill);
    const { harm, why } = await twice(
      () => publish(graph, next, { graceSeconds: 0, onProgress }),
      () => crash,
      async () => {
        const { model, lost, mixed } = await seen(graph, versions);
        return { lost: lost || ![old.model.id, next.model.id].includes(`${model}`), mixed };
      },
    );
    const after = await seen(graph, versions);
    const isWhole = !after.lost && after.model === next.model.id;
    const leftOver = await leftovers(graph);
    return [
      {
        lost: harm.lost || !isWhole,
        mixed: harm.mixed || after.mixed,
        leftOver: leftOver.length > 0,
      },
      `${why} ${JSON.stringify(after)} ${leftOver.join('; ')}`,
    ];
  };
}
