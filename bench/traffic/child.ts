/**
 * Does one kind of database traffic in a process of its own and tells seconds and peak memory as JSON:
 * `node child.js read|linked|feed|predict`.
 */
import { studentSchema } from '../../src/config.js';
import { connect, type Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { migrate } from '../../src/graph/migrate.js';
import { neighbourFeed } from '../../src/graph/neighbours.js';
import { publish } from '../../src/graph/publish.js';
import { entityKey } from '../../src/kg/keys.js';
import { seededRandom } from '../../src/kg/random.js';
import { predict } from '../../src/query/predict.js';
import { connectionOf } from '../../src/settings.js';
import { feedLayout } from '../../src/train/feedLayout.js';
import { prepareStudent } from '../../src/train/retrain.js';
import { dbp5lConfig } from '../dbp5l/graph.js';
import type { Step } from './memory.js';

const DIM = 16;
const config = dbp5lConfig();
const none = () => new Int32Array(0);
const nothing = { head: none(), relation: none(), tail: none() };

/** What is read around `el` reaches over the hub of `en`. */
const around = (hops: 0 | 1) => ({ around: { target: 'el', hops } });

const steps: Record<Step, (graph: Graph) => Promise<void>> = {
  async read(graph) {
    await readDataset(() => graph, config);
  },
  async linked(graph) {
    await readDataset(() => graph, config, around(1));
  },
  /** The batches of one step whose anchors are the nodes with most relationships. */
  async feed(graph) {
    const { dataset, ...read } = await readDataset(() => graph, config, { sources: ['en'] });
    const split = { train: dataset.sources[0].triples, valid: nothing, test: nothing };
    const settings = studentSchema.parse({ background: 0 });
    const input = { dataset, target: 'en', settings, split };
    const layout = feedLayout(input, prepareStudent(input));
    const feed = await neighbourFeed(() => graph, config, layout, read);
    const degree = (row: number) => read.degrees.en[row];
    const hub = read.degrees.en.reduce((most, _, row) => (degree(row) > degree(most) ? row : most), 0);
    for (let step = 0; step < feed.steps; step++) {
      const { anchors } = await feed.pull(0, step);
      if (anchors.includes(hub)) return;
    }
  },
  async predict(graph) {
    await migrate(graph);
    const { dataset } = await readDataset(() => graph, config, { sources: ['en'] });
    const { entities } = dataset.sources[0];
    const random = seededRandom(1);
    const table = (rows: number) => Float32Array.from({ length: rows * DIM }, () => random() - 0.5);
    const names = dataset.relations.slice(-1);
    await publish(graph, {
      source: { name: 'en', nodes: config.sources.en.nodes },
      model: { id: 'bench', kind: 'student', encoder: 'complex', dim: DIM, geometry: 'unit' },
      entities,
      vectors: table(entities.keys.length),
      relations: { names, vectors: table(1), inverseVectors: table(1) },
    });
    const [label] = entities.labels;
    const key = entities.keys.includes(entityKey(label, [-1])) ? -1 : 0;
    await predict(graph, { source: 'en', label, key: [key], relation: names[0], candidateLabel: label });
  },
};

const graph = await connect(connectionOf({}));
const start = performance.now();
await steps[process.argv[2] as Step](graph);
const seconds = (performance.now() - start) / 1000;
await graph.close();
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ seconds, peakMb })}\n`);
