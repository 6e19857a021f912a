/** Readers beside a publisher that publishes without end: each answer is that of one version. */
import type { Graph } from '../../src/graph/connect.js';
import { migrate } from '../../src/graph/migrate.js';
import { type PublishInput, publish } from '../../src/graph/publish.js';
import { entityKey } from '../../src/kg/keys.js';
import { seededRandom } from '../../src/kg/random.js';
import { type SimilarNode, similar } from '../../src/query/similar.js';
import { wipe } from '../../test/_neo4j.js';
import { openGraph } from './database.js';
import type { Scenario } from './scenario.js';
import { type Tally, tally } from './tally.js';
import { LABELS, SOURCE, version, writeNodes } from './versions.js';

const EACH = 60;
const READERS = 4;
const K = 5;

export const readers: Scenario = {
  name: 'readers',
  async run({ full, log }) {
    const queries = full ? 10_000 : 300;
    const graph = await openGraph();
    const versions: PublishInput[] = [];
    const next = async () => {
      versions.push(version(`v${versions.length}`, EACH));
      // The time that a query under way has: more than any takes.
      await publish(graph, versions[versions.length - 1], { graceSeconds: full ? 10 : 2 });
    };
    try {
      await wipe(graph);
      await migrate(graph);
      await writeNodes(graph, EACH);
      await next();
      const asked = tally(`similarity query of ${READERS} readers beside a publisher`, log);
      let reading = true;
      const publishing = (async () => {
        while (reading) await next();
      })();
      try {
        const each = Array.from({ length: READERS }, (_, i) => reader(i, queries / READERS, versions, asked));
        await Promise.all(each);
      } finally {
        reading = false;
        await publishing;
      }
      log(`${versions.length} versions were published meanwhile`);
      return [asked.row];
    } finally {
      await wipe(graph);
      await graph.close();
    }
  },
};

async function reader(
  seed: number,
  queries: number,
  versions: readonly PublishInput[],
  asked: Tally,
): Promise<void> {
  const graph = await openGraph();
  const random = seededRandom(5, seed);
  try {
    for (let i = 0; i < queries; i++) {
      const label = LABELS[Math.floor(random() * LABELS.length)];
      const key = Math.floor(random() * EACH);
      await one(graph, label, key, versions).then(
        (harm) => asked.add(harm, `${label} ${key}`),
        (error: Error) => asked.add({ lost: true }, error.stack),
      );
    }
  } finally {
    await graph.close();
  }
}

async function one(graph: Graph, label: string, key: number, versions: readonly PublishInput[]) {
  const found = await similar(graph, { source: SOURCE, label, key: [key], k: K });
  const isOf = (input: PublishInput) => found.every((answer) => isAnswer(input, label, key, answer));
  return { lost: found.length !== K, mixed: !versions.some(isOf) };
}

/** Whether a version gives two nodes this similarity. */
function isAnswer(
  input: PublishInput,
  label: string,
  key: number,
  { key: [other], score }: SimilarNode,
): boolean {
  const [a, b] = [key, Number(other)].map((id) => vectorOf(input, label, id));
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  return Math.abs((1 + cosine) / 2 - score) < 1e-4;
}

function vectorOf(
  { entities, vectors, model: { dim } }: PublishInput,
  label: string,
  id: number,
): Float32Array {
  const row = entities.keys.indexOf(entityKey(label, [id]));
  return vectors.subarray(row * dim, (row + 1) * dim);
}
