/** Slow and breaking connections, by a proxy before the server. */
import { isDeepStrictEqual } from 'node:util';
import type { Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { importTriples } from '../../src/graph/import.js';
import { migrate } from '../../src/graph/migrate.js';
import { type PublishInput, publish } from '../../src/graph/publish.js';
import { seededRandom } from '../../src/kg/random.js';
import type { Dataset } from '../../src/kg/types.js';
import { parseConfig } from '../../src/settings.js';
import { wipe } from '../../test/_neo4j.js';
import { type FaultyProxy, faultyProxy } from '../../test/_proxy.js';
import { leftovers, openGraph } from './database.js';
import { type Facts, factsIn } from './facts.js';
import { withFolder } from './folder.js';
import type { Scenario } from './scenario.js';
import { failureOf, type Harm, tally } from './tally.js';
import { hasWayBack, LABELS, SOURCE, seen, version, writeNodes } from './versions.js';

const EACH = 60;
const CONFIG = parseConfig(
  { sources: { [SOURCE]: { nodes: LABELS.map((label) => ({ label, key: 'id' })) } } },
  'the configuration of the fault tests',
);

/** Work over the proxy, and what it did harm to. */
interface Work {
  readonly name: string;
  run(graph: Graph): Promise<unknown>;
  check(graph: Graph): Promise<Harm>;
}

export const connections: Scenario = {
  name: 'connections',
  run: ({ full, log }) =>
    withFolder(async (folder) => {
      const direct = await openGraph();
      const proxy = await faultyProxy(direct.uri);
      try {
        await fill(direct);
        const graph = await openGraph(proxy.uri);
        try {
          const works = [await reading(direct), importing(factsIn(folder, 1200)), publishing()];
          const random = seededRandom(3);
          const rows = [];
          for (const work of works) {
            const cut = tally(`connection cut during ${work.name}`, log);
            const bytes = await bytesOf(work, graph, proxy, direct);
            while (cut.row.injected < (full ? 34 : 1)) {
              proxy.cutAfter(1 + Math.floor(random() * bytes));
              const before = proxy.cuts;
              const failure = await failureOf(work.run(graph));
              const harm = await harmOf(work, direct, failure);
              // Answers are not always as long: where the end came first, nothing was cut.
              if (proxy.cuts > before || failure) cut.add(harm, failure?.stack);
            }
            rows.push(cut.row);
          }
          const slow = tally('slow connection', log);
          proxy.cutAfter(Number.POSITIVE_INFINITY);
          proxy.delay(full ? 20 : 5);
          for (const work of works) {
            const failure = await failureOf(work.run(graph));
            slow.add(await harmOf(work, direct, failure), failure?.stack);
          }
          return [...rows, slow.row];
        } finally {
          await graph.close();
        }
      } finally {
        proxy.close();
        await wipe(direct);
        await direct.close();
      }
    }),
};

async function fill(graph: Graph): Promise<void> {
  await wipe(graph);
  await migrate(graph);
  await writeNodes(graph, EACH);
  await importTriples(graph, {
    source: SOURCE,
    nodes: { label: 'Film', key: 'id', keyType: 'integer' },
    rows: Array.from({ length: 3 * EACH }, (_, i) => [i % EACH, `R${i % 3}`, (i * 7 + 1) % EACH]),
  });
}

async function bytesOf(work: Work, graph: Graph, proxy: FaultyProxy, direct: Graph): Promise<number> {
  const before = proxy.answered;
  await work.run(graph);
  const bytes = proxy.answered - before;
  await work.check(direct);
  return bytes;
}

async function harmOf(work: Work, graph: Graph, failure: Error | undefined): Promise<Harm> {
  const harm = await work.check(graph);
  return {
    ...harm,
    lost: harm.lost || failure !== undefined,
    leftOver: (await leftovers(graph)).length > 0,
  };
}

async function reading(direct: Graph): Promise<Work> {
  const { dataset } = await readDataset(() => direct, CONFIG);
  let last: Dataset | undefined;
  return {
    name: 'reading',
    async run(graph) {
      last = undefined;
      last = (await readDataset(() => graph, CONFIG)).dataset;
    },
    check: async () => ({ lost: !isDeepStrictEqual(last, dataset) }),
  };
}

const importing = (facts: Facts): Work => ({
  name: 'import',
  run: (graph) => facts.load(graph),
  async check(graph) {
    const harm = await facts.check(graph);
    await facts.clear(graph);
    return harm;
  },
});

function publishing(): Work {
  const published: PublishInput[] = [];
  return {
    name: 'publish',
    async run(graph) {
      const next = version(`v${published.length}`, EACH);
      published.push(next);
      await publish(graph, next, { graceSeconds: 0 });
    },
    async check(graph) {
      const { model, lost, mixed } = await seen(graph, published);
      const isNew = model === published.at(-1)?.model.id;
      const isBack = published.length < 2 || (await hasWayBack(graph));
      return { lost: lost || !isNew || !isBack, mixed };
    },
  };
}
