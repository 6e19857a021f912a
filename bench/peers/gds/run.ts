import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { points, table } from '../../../src/commands/output.js';
import type { Metrics } from '../../../src/evaluate/metrics.js';
import { connect, type Graph } from '../../../src/graph/connect.js';
import { startNeo4j } from '../../../src/setup/neo4j.js';
import type { Dbp5l } from '../../dbp5l/data.js';
import { dbp5lConfig, importDbp5l } from '../../dbp5l/graph.js';
import { makeOwn, type Own, type OwnOptions, readTarget } from './own.js';
import { GDS_VERSION, gdsPlugin } from './plugin.js';
import { inOrder, rankWays } from './rank.js';
import { ALGORITHMS, type Algorithm, findClusters, GRAPHS, makeVectors } from './vectors.js';

/** Megabytes of the server's heap. */
const HEAP = 2048;

type Shares = Pick<Metrics, 'mrr' | 'hits1' | 'hits10'>;

/** A row of the table: a way to vectors of the target's nodes. */
export interface GdsRow extends Shares {
  readonly by: 'kgmentor' | Algorithm;
  /** Student, or what was projected. */
  readonly on: string;
  /** How vectors were ranked. */
  readonly way: string;
  readonly validationMrr: number | null;
  readonly copied: Shares;
  readonly notCopied: Shares;
  /** Until the vectors are in the database; without import and pre-training. */
  readonly seconds: number;
}

export type GdsOptions = Omit<OwnOptions, 'runs'>;

/** FastRP and Node2Vec of the open modules beside students, on one server and one graph. */
export async function compareGds(
  data: Dbp5l,
  options: GdsOptions,
  say: (line: string) => void,
): Promise<GdsRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  try {
    const plugins = { folder: await gdsPlugin(say), unrestricted: 'gds.*' };
    const server = await startNeo4j({
      home: path.join(folder, 'server'),
      heapMb: HEAP,
      plugins,
      measured: true,
      log: say,
    });
    try {
      const graph = await connect({ uri: server.uri });
      try {
        return await measureGds(graph, data, { ...options, runs: folder }, say);
      } finally {
        await graph.close();
      }
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The same on a server that is there, its database empty. */
export async function measureGds(
  graph: Graph,
  data: Dbp5l,
  options: OwnOptions,
  say: (line: string) => void,
): Promise<GdsRow[]> {
  const { target, dim, threads } = options;
  const config = dbp5lConfig();
  config.evaluation.directions = 'both';
  const [{ label }] = config.sources[target].nodes;
  say('importing');
  await importDbp5l(graph, data);
  const { inputOf, asked, keys, seconds: reading } = await readTarget(graph, config, data, options);
  const made: GdsRow[] = [];
  const models: Own[] = ['alone', 'linked', ...(options.teacher ? (['student'] as const) : [])];
  for (const model of models) {
    say(`kgmentor, ${model}`);
    const own = await makeOwn(graph, config, inputOf(model), { model, copied: asked.copied, options });
    const { all, copied, notCopied } = own.report;
    made.push({
      ...{ by: 'kgmentor', on: model, way: 'predicted', validationMrr: own.validationMrr },
      ...{ ...shares(all), copied: shares(copied), notCopied: shares(notCopied) },
      seconds: own.seconds + reading,
    });
  }
  const clustering = await findClusters(graph, label);
  for (const algorithm of Object.keys(ALGORITHMS) as Algorithm[])
    for (const name of GRAPHS) {
      say(`${algorithm}, ${name}`);
      const { vectors, seconds } = await makeVectors(graph, algorithm, name, { ...options, label });
      const ranked = await rankWays(inOrder(vectors, keys, label, dim), dim, asked, threads);
      const { all, copied, notCopied } = ranked.report;
      made.push({
        ...{ by: algorithm, on: name, way: ranked.way, validationMrr: ranked.validationMrr },
        ...{ ...shares(all), copied: shares(copied), notCopied: shares(notCopied) },
        seconds: seconds + (name === 'alone' ? 0 : clustering),
      });
    }
  return made;
}

const shares = ({ mrr, hits1, hits10 }: Metrics): Shares => ({ mrr, hits1, hits10 });

export function gdsLines(made: readonly GdsRow[]): string[] {
  const three = ({ mrr, hits1, hits10 }: Shares) => [mrr, hits1, hits10].map(points);
  const head = ['MRR', 'Hits@1', 'Hits@10'];
  return [
    `Neo4j Graph Data Science ${GDS_VERSION}, heads and tails of the test facts, filter tv`,
    '',
    ...table(
      [
        ...['', 'on', 'ranked by', 'validation MRR', ...head],
        ...['copied', 'not copied'].flatMap((part) => head.map((name) => `${part} ${name}`)),
        'seconds',
      ],
      made.map((row) => [
        ...[row.by, row.on, row.way, row.validationMrr === null ? '–' : points(row.validationMrr)],
        ...[row, row.copied, row.notCopied].flatMap(three),
        row.seconds.toFixed(1),
      ]),
    ),
    'alone: the target’s own facts; linked: with what is linked to it, links being relationships for GDS; merged: all',
    'sources, linked nodes made one. Vectors of GDS know no relations: candidates are ranked by their likeness to the',
    'asked node, which is no candidate itself; moved: by that to the node moved by the mean difference of the relation’s',
    'known facts. Validation chose among the four. Seconds: from the graph in the database to vectors in the database.',
  ];
}
