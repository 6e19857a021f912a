import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createOutput, points, table } from '../src/commands/output.js';
import { KgmentorError } from '../src/errors.js';
import { connect } from '../src/graph/connect.js';
import { readDataset } from '../src/graph/dataset.js';
import { neighbourFeed } from '../src/graph/neighbours.js';
import type { FeedLayout } from '../src/kg/batchSource.js';
import { connectionOf } from '../src/settings.js';
import { evaluateAndRecord } from '../src/train/evaluations.js';
import { readJob } from '../src/train/job.js';
import { retrain } from '../src/train/retrain.js';
import { LANGUAGES, type Language, readDbp5l } from './dbp5l/data.js';
import { dbp5lConfig, importDbp5l, withDbp5lSplit } from './dbp5l/graph.js';
import { studentSettings } from './dbp5l/settings.js';

export interface FeedOptions {
  readonly target: string;
  readonly dim: number;
  readonly data: string;
  readonly seed: number;
  readonly epochs: number;
  readonly threads?: number;
  readonly json: boolean;
}

const FEEDS = ['memory', 'cypher'] as const;

interface Measured {
  readonly feed: (typeof FEEDS)[number];
  readonly epochs: number;
  /** Of optimiser steps, waiting for their batches included; validation left out. */
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** Share of the seconds that the trainer waited for its batches, in [0, 1]. */
  readonly waiting: number;
  /** Of the training process. */
  readonly peakMb: number;
  readonly validationMrr: number | null;
  readonly testMrr: number;
}

/** The `linked` student of one language trained by columns in memory and by batches that Cypher pulls. */
export async function runFeed(options: FeedOptions): Promise<void> {
  const { threads, json } = options;
  const target = options.target as Language;
  if (!LANGUAGES.includes(target))
    throw new KgmentorError('USAGE', `--target ${target}: one of ${LANGUAGES.join(', ')} expected.`);
  const out = createOutput({ json, quiet: false, verbose: false });
  const data = readDbp5l(options.data);
  const runs = mkdtempSync(path.join(tmpdir(), 'kgmentor-bench-'));
  const graph = await connect(connectionOf({}));
  try {
    await importDbp5l(graph, data);
    const config = dbp5lConfig();
    const read = await readDataset(() => graph, config, {
      around: { target, hops: 0 },
      onEvent: out.onEvent,
    });
    const { dataset, split } = withDbp5lSplit(read.dataset, data, target);
    const settings = studentSettings('linked', options);
    const pulled = (layout: FeedLayout) => neighbourFeed(() => graph, config, layout, read);
    const measured: Measured[] = [];
    let rows = 0;
    for (const feed of FEEDS) {
      const folder = path.join(runs, feed);
      const input = { dataset, target, split, settings, evaluation: config.evaluation, folder, id: feed };
      const { result } = await retrain(
        { ...input, ...(feed === 'cypher' && { feed: pulled }) },
        { threads, onEvent: out.onEvent },
      );
      // Both feeds ask the same queries once an epoch.
      if (feed === 'memory') rows = readJob(folder).queries.entity.length;
      const { tv } = await evaluateAndRecord(folder, { filters: ['tv'], threads });
      measured.push({
        feed,
        epochs: result.epochs,
        seconds: result.trainSeconds,
        rowsPerSecond: (rows * result.epochs) / result.trainSeconds,
        waiting: result.waitedSeconds / result.trainSeconds,
        peakMb: result.peakMb,
        validationMrr: result.best,
        testMrr: Number(tv?.all.mrr),
      });
    }
    print(options, rows, measured, out);
  } finally {
    await graph.close();
    rmSync(runs, { recursive: true, force: true });
  }
}

function print(
  { target, dim, seed, json }: FeedOptions,
  rows: number,
  measured: readonly Measured[],
  out: ReturnType<typeof createOutput>,
): void {
  const [memory, cypher] = measured;
  const perEpoch = ({ seconds, epochs }: Measured) => seconds / epochs;
  const ratio = perEpoch(cypher) / perEpoch(memory);
  const lines = [
    `DBP-5L, ${target}, student \`linked\` of ${dim} numbers a vector, seed ${seed}: ${rows} rows an epoch`,
    '',
    ...table(
      ['feed', 'epochs', 'seconds', 'rows/s', 'waited %', 'peak MB', 'validation MRR', 'test MRR'],
      measured.map((m) => [
        m.feed,
        String(m.epochs),
        m.seconds.toFixed(1),
        m.rowsPerSecond.toFixed(0),
        points(m.waiting),
        m.peakMb.toFixed(0),
        m.validationMrr === null ? '–' : points(m.validationMrr),
        points(m.testMrr),
      ]),
    ),
    '',
    `an epoch takes ${ratio.toFixed(2)} times as long by Cypher as from memory`,
  ];
  if (json) process.stdout.write(`${lines.join('\n')}\n`);
  out.data({ target, dim, seed, rows, measured, ratio }, () => lines);
}
