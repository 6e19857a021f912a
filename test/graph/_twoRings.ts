/** Two linked sources to learn from, and both ways to train a student on them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { type ConfigInput, type StudentSettings, studentSchema } from '../../src/config.js';
import type { Graph } from '../../src/graph/connect.js';
import { readDataset } from '../../src/graph/dataset.js';
import { neighbourFeed } from '../../src/graph/neighbours.js';
import { seededRandom } from '../../src/kg/random.js';
import { heldOut } from '../../src/train/heldOut.js';
import { files } from '../../src/train/job.js';
import { retrain } from '../../src/train/retrain.js';
import type { RunOptions, RunOutcome } from '../../src/train/runFolder.js';
import { configOf } from './_films.js';
import { type NewNode, type NewRelationship, write } from './_plain.js';

const N = 40;
const RELATIONS = 4;

export const RINGS: ConfigInput = {
  sources: {
    films: { nodes: [{ label: 'Film', key: 'id' }], relations: { map: { leads: 'r0' } } },
    books: { nodes: [{ label: 'Book', key: 'id' }] },
  },
  alignments: [{ relationship: 'SAME_AS' }],
  heldOut: { valid: 0.2, test: 0 },
};

/** Relation r leads from i to i + r + 1 within a ring. Films have 60% of these facts, books 90%; 80% are linked. */
export async function writeRings(graph: Graph): Promise<void> {
  const random = seededRandom(5);
  const index = Array.from({ length: N }, (_, i) => i);
  const nodes = (label: string): NewNode[] =>
    index.map((i) => ({ at: `${label}${i}`, labels: [label], properties: { id: BigInt(i) } }));
  const facts = (label: string, share: number, nameOf: (r: number) => string): NewRelationship[] =>
    index
      .flatMap((i) =>
        Array.from(
          { length: RELATIONS },
          (_, r): NewRelationship => [`${label}${i}`, nameOf(r), `${label}${(i + r + 1) % N}`],
        ),
      )
      .filter(() => random() < share);
  await write(
    graph,
    [...nodes('Film'), ...nodes('Book')],
    [
      ...facts('Film', 0.6, (r) => (r === 0 ? 'leads' : `r${r}`)),
      ...facts('Book', 0.9, (r) => `r${r}`),
      ...index.filter((i) => i % 5 > 0).map((i): NewRelationship => [`Film${i}`, 'SAME_AS', `Book${i}`]),
    ],
  );
}

/** Without distillation; each validation counts. */
export const linked = (settings: object = {}): StudentSettings =>
  studentSchema.parse({
    dim: 16,
    epochs: 25,
    learningRate: 0.1,
    n3: 0.03,
    batch: 32,
    patience: 1000,
    distillation: { feature: 0, network: 0, prediction: 0, probes: 0 },
    ...settings,
  });

export interface Training extends Omit<RunOptions, 'feed'> {
  readonly feed: 'memory' | 'cypher';
  readonly settings?: StudentSettings;
  readonly config?: ConfigInput;
  readonly teacher?: string;
  readonly folder?: string;
  /** Another connection for the batches alone. */
  readonly feedGraph?: Graph;
}

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, removed when the tests of the file have ended. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-feed-'));
  folders.push(folder);
  return folder;
}

/** Trains a student of films, as the command does. */
export async function trainFilms(graph: Graph, training: Training): Promise<RunOutcome> {
  const {
    feed,
    settings = linked(),
    teacher,
    folder = newFolder(),
    feedGraph = graph,
    ...options
  } = training;
  const config = configOf(training.config ?? RINGS);
  const { dataset, ids, degrees, means } = await readDataset(() => graph, config, {
    around: { target: 'films', hops: settings.hops },
  });
  return retrain(
    {
      dataset,
      target: 'films',
      split: heldOut(dataset, config.heldOut).films,
      settings,
      evaluation: config.evaluation,
      teacher,
      folder,
      id: 'films',
      ...(feed === 'cypher' && {
        feed: (layout) => neighbourFeed(() => feedGraph, config, layout, { ids, degrees, means }),
      }),
    },
    { threads: 1, ...options },
  );
}

export const weightsOf = ({ folder }: { folder: string }): Buffer =>
  readFileSync(path.join(folder, files.model));
