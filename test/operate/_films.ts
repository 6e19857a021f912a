/** Two linked rings in the test database, small settings, and a folder for the runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config, ConfigInput } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { type Graphs, openGraphs } from '../../src/graph/graphs.js';
import { recordRun } from '../../src/graph/runs.js';
import { connectionOf, parseConfig } from '../../src/settings.js';
import { readStudentInput, studentDigest } from '../../src/studentInput.js';
import { wipe } from '../_neo4j.js';
import { RINGS, writeRings } from '../graph/_twoRings.js';

export const small: ConfigInput = {
  ...RINGS,
  heldOut: { valid: 0.2, test: 0.1 },
  teacher: { dim: 8, epochs: 2, batch: 64 },
  student: { dim: 8, epochs: 4, batch: 64 },
  gate: { tolerance: 1 },
  schedules: {
    nightly: { cron: '0 3 * * *', timeZone: 'Europe/Berlin', targets: ['films'], pretrain: true },
  },
};

export interface Films {
  /** Holds kgmentor.json. */
  readonly folder: string;
  readonly config: Config;
  /** The same with a student that learns nothing. */
  readonly worse: Config;
  readonly graphs: (purpose: 'read' | 'write') => Promise<Graphs>;
  remove(): void;
}

/** A database with the rings alone, and a folder without runs. */
export async function newFilms(graph: Graph, input: ConfigInput = small): Promise<Films> {
  await wipe(graph);
  await writeRings(graph);
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-operate-'));
  writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify(input));
  const config = parseConfig({ ...input, runs: path.join(folder, 'runs') }, 'test');
  return {
    folder,
    config,
    worse: { ...config, student: { ...config.student, epochs: 1, learningRate: 1e-6 } },
    graphs: (purpose) => openGraphs(config, connectionOf({}, purpose)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** As if a student of films had been trained on the data as they are, and judged. */
export async function recordTrained(
  graph: Graph,
  id: string,
  { config, graphs }: Pick<Films, 'config' | 'graphs'>,
): Promise<void> {
  const { input } = await readStudentInput({ config, target: 'films', graphs: () => graphs('read') });
  await recordRun(graph, {
    ...{ id, command: 'retrain', source: 'films', status: 'done', startedAt: '2026-01-01T00:00:00Z' },
    ...{ seconds: 1, dataDigest: studentDigest(input) },
  });
}
