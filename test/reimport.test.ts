import './_here.js';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { Graph } from '../src/graph/connect.js';
import { readDataset } from '../src/graph/dataset.js';
import { importAlignments, importTriples } from '../src/graph/import.js';
import { shuffled } from '../src/kg/random.js';
import { parseConfig } from '../src/settings.js';
import { heldOut } from '../src/train/heldOut.js';
import { pretrain } from '../src/train/pretrain.js';
import { retrain } from '../src/train/retrain.js';
import { useGraph, wipe } from './_neo4j.js';

const N = 40;
const config = parseConfig(
  {
    sources: {
      here: { nodes: [{ label: 'Here', key: 'id' }] },
      there: { nodes: [{ label: 'There', key: 'id' }] },
    },
    alignments: [{ relationship: 'SAME_AS' }],
    heldOut: { valid: 0.1, test: 0.1 },
    teacher: { dim: 8, epochs: 2, batch: 32, sources: ['there'] },
    student: { dim: 8, epochs: 3, batch: 32 },
  },
  'the test’s configuration',
);

/** Two rings of relations, linked one to one; rows come in an order that depends on the seed. */
async function importRings(graph: Graph, seed: number): Promise<void> {
  const order = Array.from(shuffled(3 * N, seed));
  for (const [source, label, share] of [
    ['here', 'Here', 0.6],
    ['there', 'There', 1],
  ] as const)
    await importTriples(graph, {
      source,
      nodes: { label, key: 'id' },
      rows: order
        .filter((i) => (i * 7919) % 100 < share * 100)
        .map((i) => [`${i % N}`, `r${Math.floor(i / N)}`, `${(i + Math.floor(i / N) + 1) % N}`]),
    });
  await importAlignments(graph, {
    left: { label: 'Here', key: 'id' },
    right: { label: 'There', key: 'id' },
    rows: Array.from(shuffled(N, seed)).map((i) => [`${i}`, `${i}`]),
  });
}

async function train(graph: Graph, folder: string): Promise<Buffer[]> {
  const read = await readDataset(() => graph, config, { sources: ['there'] });
  const teacher = path.join(folder, 'teacher');
  await pretrain(
    {
      dataset: read.dataset,
      splits: heldOut(read.dataset, config.heldOut),
      settings: config.teacher,
      folder: teacher,
      id: 't',
    },
    { threads: 1 },
  );
  const { dataset } = await readDataset(() => graph, config, { around: { target: 'here', hops: 0 } });
  const student = path.join(folder, 'student');
  const split = heldOut(dataset, config.heldOut).here;
  const { evaluation, student: settings } = config;
  await retrain(
    { dataset, target: 'here', split, settings, evaluation, teacher, folder: student, id: 's' },
    { threads: 1 },
  );
  return [teacher, student].map((run) => readFileSync(path.join(run, 'model.safetensors')));
}

describe('training after a re-import', () => {
  const held = useGraph();
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('gives the same weights bit for bit from an emptied database with rows in another order', async () => {
    const weights: Buffer[][] = [];
    for (const seed of [1, 2]) {
      await wipe(held.graph);
      await importRings(held.graph, seed);
      folders.push(mkdtempSync(path.join(os.tmpdir(), 'kgmentor-reimport-')));
      weights.push(await train(held.graph, folders[folders.length - 1]));
    }
    assert.ok(weights[0][0].equals(weights[1][0]), 'teacher');
    assert.ok(weights[0][1].equals(weights[1][1]), 'student');
  });
});
