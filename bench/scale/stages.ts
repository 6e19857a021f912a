import { statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../src/config.js';
import { KgmentorError } from '../../src/errors.js';
import { connect, type Graph } from '../../src/graph/connect.js';
import { type ReadOptions, readDataset } from '../../src/graph/dataset.js';
import { importAlignments, importEntities, importTriples } from '../../src/graph/import.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { publishInputOf } from '../../src/publishRun.js';
import { connectionOf, parseConfig } from '../../src/settings.js';
import { evaluateRun } from '../../src/train/evaluations.js';
import { heldOut as splitsOf } from '../../src/train/heldOut.js';
import { writePretraining } from '../../src/train/pretrain.js';
import { beginRetraining } from '../../src/train/retrain.js';
import { filesOf, labelOf, sourceName, writeGraph } from './files.js';
import { type ScaleShape, scaleGraph } from './graph.js';
import { type Measured, now, type StageInput, trained } from './training.js';

/** Wall time of a stage with what it counted; reading that only makes it ready is left out. */
type Stage = (input: StageInput) => Promise<Measured>;

export const STAGES = [
  'generate',
  'import',
  'read',
  'subgraph',
  'joint',
  'teacher',
  'student',
  'evaluate',
  'publish',
] as const;
export type StageName = (typeof STAGES)[number];

/** What must have been done before a stage. */
export const NEEDS: Readonly<Record<StageName, readonly StageName[]>> = {
  generate: [],
  import: ['generate'],
  read: ['import'],
  subgraph: ['import'],
  joint: ['import'],
  teacher: ['joint'],
  student: ['teacher'],
  evaluate: ['student'],
  publish: ['student'],
};

export const stages: Readonly<Record<StageName, Stage>> = {
  async generate({ shape, folder }) {
    const begun = now();
    const counts = await writeGraph(scaleGraph(shape), filesOf(folder, shape));
    return { seconds: now() - begun, counts };
  },
  import: ({ shape, folder }) => withGraph((graph) => importGraph(graph, shape, folder)),
  async read(input) {
    const begun = now();
    const { dataset } = await read(input);
    const { alignments, sources } = dataset;
    return {
      seconds: now() - begun,
      counts: {
        entities: sum(sources.map(({ entities }) => entities.keys.length)),
        triples: sum(sources.map(({ triples }) => triples.head.length)),
        links: alignments.left.length,
      },
    };
  },
  async subgraph(input) {
    const begun = now();
    const { dataset } = await read(input, around(input));
    return {
      seconds: now() - begun,
      counts: { triples: sum(dataset.sources.map(({ triples }) => triples.head.length)) },
    };
  },
  async joint(input) {
    const config = configOf(input);
    const { dataset } = await read(input);
    const begun = now();
    writePretraining({
      dataset,
      settings: config.teacher,
      splits: splitsOf(dataset, config.heldOut),
      folder: path.join(input.folder, 'teacher'),
      id: 'teacher',
    });
    return { seconds: now() - begun };
  },
  teacher: (input) => trained(path.join(input.folder, 'teacher'), input),
  async student(input) {
    const config = configOf(input);
    const target = sourceName(input.shape, 0);
    const { dataset } = await read(input, around(input));
    const folder = path.join(input.folder, 'student');
    const begun = now();
    await beginRetraining({
      dataset,
      target,
      split: splitsOf(dataset, config.heldOut)[target],
      settings: config.student,
      evaluation: config.evaluation,
      teacher: path.join(input.folder, 'teacher'),
      folder,
      id: `student-${input.shape.triples}`,
    });
    const begin = now() - begun;
    const measured = await trained(folder, input);
    return { ...measured, seconds: begin + measured.seconds };
  },
  async evaluate({ folder, threads }) {
    const begun = now();
    let childMb = 0;
    const { tv } = await evaluateRun(path.join(folder, 'student'), {
      threads,
      onEvent: (event) => {
        if (event.type === 'stage') childMb = event.peakMb ?? 0;
      },
    });
    const peakMb = Math.max(childMb, process.resourceUsage().maxRSS / 1024);
    return { seconds: now() - begun, peakMb, counts: { queries: tv?.all.count ?? 0 } };
  },
  publish: (input) =>
    withGraph(async (graph) => {
      await migrate(graph);
      const begun = now();
      const target = sourceName(input.shape, 0);
      const publication = publishInputOf(path.join(input.folder, 'student'), configOf(input), target);
      const { labels } = await publish(graph, publication);
      return { seconds: now() - begun, counts: { nodes: sum(labels.map(({ written }) => written)) } };
    }),
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

async function withGraph<T>(work: (graph: Graph) => Promise<T>): Promise<T> {
  const graph = await connect(connectionOf({}));
  try {
    return await work(graph);
  } finally {
    await graph.close();
  }
}

const nodeOf = (shape: ScaleShape, source: number) => ({ label: labelOf(shape, source), key: 'id' });

/**
 * The product's own settings, but for one epoch, the sizes of vectors that were asked for, and one way to train for all
 * sizes: where a step of a small graph compared with all entities, time would first grow with the square.
 */
export function configOf({ shape, dim, negatives, folder }: StageInput): Config {
  return parseConfig(
    {
      sources: Object.fromEntries(
        Array.from({ length: shape.sources }, (_, s) => [
          sourceName(shape, s),
          { nodes: [nodeOf(shape, s)] },
        ]),
      ),
      alignments: [{ relationship: 'SAME_AS' }],
      teacher: { epochs: 1, negatives, ...(dim && { dim }) },
      student: {
        epochs: 1,
        negatives,
        ...(dim && { dim }),
        distillation: { candidates: negatives > 0 ? 'sample' : 'all' },
      },
      runs: folder,
    },
    'the configuration of the bench',
  );
}

const around = ({ shape }: StageInput): ReadOptions => ({
  around: { target: sourceName(shape, 0), hops: 0 },
});

const read = (input: StageInput, options: ReadOptions = {}) =>
  withGraph((graph) => readDataset(() => graph, configOf(input), options));

async function importGraph(graph: Graph, shape: ScaleShape, folder: string): Promise<Measured> {
  const files = filesOf(folder, shape);
  const begun = now();
  let nodes = 0;
  let relationships = 0;
  for (const { source, nodes: file } of files.sources) {
    const { nodesCreated } = await importEntities(graph, {
      source: sourceName(shape, source),
      nodes: nodeOf(shape, source),
      file,
      header: true,
    });
    nodes += nodesCreated;
  }
  if (nodes < shape.entities)
    throw new KgmentorError('USAGE', `The database holds nodes ${labelOf(shape, 0)} of an earlier bench.`, {
      next: 'Take NEO4J_URI away, or name an empty database.',
    });
  for (const { source, triples: file } of files.sources) {
    const name = sourceName(shape, source);
    relationships += (await importTriples(graph, { source: name, nodes: nodeOf(shape, source), file }))
      .relationshipsCreated;
  }
  for (const { between, file } of files.links) {
    if (statSync(file).size === 0) continue;
    const [left, right] = between.map((source) => nodeOf(shape, source));
    relationships += (await importAlignments(graph, { left, right, file })).relationshipsCreated;
  }
  return { seconds: now() - begun, counts: { nodes, relationships } };
}
