/** Two linked rings in the test database, small settings, and a folder for the runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config, ConfigInput } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { type Graphs, openGraphs } from '../../src/graph/graphs.js';
import { connectionOf, parseConfig } from '../../src/settings.js';
import { wipe } from '../_neo4j.js';
import { RINGS, writeRings } from '../graph/_twoRings.js';

export const small: ConfigInput = {
  ...RINGS,
  heldOut: { valid: 0.2, test: 0.1 },
  teacher: { dim: 8, epochs: 2, batch: 64 },
  student: { dim: 8, epochs: 2, batch: 64 },
  gate: { tolerance: 1 },
};

export interface Films {
  readonly folder: string;
  readonly config: Config;
  readonly graphs: (purpose: 'read' | 'write') => Promise<Graphs>;
  remove(): void;
}

/** A database with the rings alone, and a folder without runs. */
export async function newFilms(graph: Graph, input: ConfigInput = small): Promise<Films> {
  await wipe(graph);
  await writeRings(graph);
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-operate-'));
  const config = parseConfig({ ...input, runs: path.join(folder, 'runs') }, 'test');
  return {
    folder,
    config,
    graphs: (purpose) => openGraphs(config, connectionOf({}, purpose)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
