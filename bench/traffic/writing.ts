import type { NodeConfig } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { withNames } from '../../src/graph/cypher.js';
import { acquireLease } from '../../src/graph/lease.js';
import { migrate } from '../../src/graph/migrate.js';
import { newName } from '../../src/graph/names.js';
import { type PublishInput, rowOf } from '../../src/graph/publishInput.js';
import { joinKeys, type LabelRows } from '../../src/graph/publishKeys.js';
import { writeVectors } from '../../src/graph/publishSteps.js';
import { seededRandom } from '../../src/kg/random.js';
import { reference, writeAll } from './bare.js';
import { fastest, type Paired, pairedTurns } from './turns.js';

const DIM = 128;
const SLOT = 'kgEmbeddingA';
const WAYS = ['write-by-key', 'write-by-id'].flatMap((query) =>
  [1000, 2000, 5000].map((batch) => ({ query, batch })),
);

export interface Writing extends Paired {
  readonly vectors: number;
  readonly dim: number;
  /** The fastest hand-written write. */
  readonly query: string;
  readonly batch: number;
}

/** The writing step of a publication, under its lease, and a loop of the bare driver over the same vectors. */
export async function benchWriting(
  graph: Graph,
  { source, node, keys }: { source: string; node: NodeConfig; keys: readonly string[] },
  turns: number,
): Promise<Writing> {
  await migrate(graph);
  const random = seededRandom(1);
  const input: PublishInput = {
    source: { name: source, nodes: [node] },
    model: { id: 'bench', kind: 'student', encoder: 'complex', dim: DIM, geometry: 'unit' },
    entities: { keys },
    vectors: Float32Array.from({ length: keys.length * DIM }, () => random() - 0.5),
    relations: { names: [], vectors: new Float32Array(0), inverseVectors: new Float32Array(0) },
  };
  const [label] = (await joinKeys(graph, input, SLOT)).labels;
  const lease = await acquireLease(graph, 'bench');
  lease.keep();
  const bare = ({ query, batch }: (typeof WAYS)[number]) => {
    const text = withNames(reference(query), { LABEL: newName('label', node.label) });
    return writeAll(graph, text, batches(input, label, batch));
  };
  try {
    const way = await fastest(WAYS, bare);
    const product = () => writeVectors(lease, input, { label, slot: SLOT, onBatch: () => undefined });
    return {
      ...(await pairedTurns(turns, product, () => bare(way))),
      vectors: keys.length,
      dim: DIM,
      ...way,
    };
  } finally {
    await lease.release();
  }
}

function batches({ vectors }: PublishInput, { ids, keys, rows }: LabelRows, size: number) {
  const starts = Array.from({ length: Math.ceil(ids.length / size) }, (_, i) => i * size);
  return starts.map((from) => () => ({
    ids: ids.slice(from, from + size),
    keys: keys.slice(from, from + size).map(([key]) => key),
    vectors: rows.slice(from, from + size).map((row) => rowOf(vectors, row, DIM)),
    slot: SLOT,
  }));
}
