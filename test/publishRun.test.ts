import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Config } from '../src/config.js';
import { checkPublishInput } from '../src/graph/publishInput.js';
import { entityKey } from '../src/kg/keys.js';
import { writeTensors } from '../src/model/safetensors.js';
import { graphRecord, publishInputOf } from '../src/publishRun.js';
import {
  type RunRecord,
  teacherRecord,
  writeEntities,
  writeFacts,
  writeRecord,
} from '../src/train/folder.js';
import { files } from '../src/train/job.js';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const DIM = 2;
const KEYS = [1, 2, 3].map((id) => entityKey('Film', [id]));
const record: RunRecord = {
  id: 'films-1',
  kind: 'student',
  createdAt: '2024-05-06T07:08:09.000Z',
  status: 'done',
  sources: ['films'],
  target: 'films',
  settings: { encoder: 'complex', dim: DIM, geometry: 'unit', seed: 4 },
  dataDigest: 'digest',
  counts: { entities: 3 },
  result: { trainSeconds: 3, prepareSeconds: 0.5 },
  metrics: {
    tv: { all: { mrr: 0.5, hits10: 0.75 }, copied: { mrr: 1, hits10: 1 } },
    full: { all: { mrr: 0.6, hits10: 0.8 } },
  },
};

/** A finished run with a vector (i, i + 0.5) in row i of each table, and a row of hop 1 after the entities. */
function runFolder(relations: readonly string[], change: Partial<RunRecord> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'kgmentor-publish-run-'));
  folders.push(folder);
  const table = (rows: number) => ({
    shape: [rows, DIM],
    data: Float32Array.from({ length: rows * DIM }, (_, i) => 1 + i / 2),
  });
  writeTensors(
    join(folder, files.model),
    { entity: table(KEYS.length + 1), relation: table(2 * relations.length) },
    { encoder: 'complex', geometry: 'unit' },
  );
  writeEntities(folder, {
    sources: [{ name: 'films', labels: ['Film'], keys: KEYS, rows: [0, 1, 2] }],
    relations,
    degree: [1, 1, 1, 1],
  });
  writeRecord(folder, { ...record, ...change });
  return folder;
}

const configOf = (map?: Record<string, string>): Pick<Config, 'sources'> => ({
  sources: { films: { nodes: [{ label: 'Film', key: 'id' }], ...(map && { relations: { map } }) } },
});

function typesOf(relations: readonly string[], map?: Record<string, string>) {
  const { names, types } = publishInputOf(runFolder(relations), configOf(map), 'films').relations;
  assert.ok(types);
  return Object.fromEntries(names.map((name, i) => [name, types[i]]));
}

test('a relation stands for the type of its name where no map renames anything', () => {
  assert.deepEqual(typesOf(['ACTED_IN', 'DIRECTED']), { ACTED_IN: ['ACTED_IN'], DIRECTED: ['DIRECTED'] });
});

test('a relation that is the name of a type and of a renamed one stands for both', () => {
  assert.deepEqual(
    typesOf(['actor', 'director'], { STARS: 'actor', PLAYS_IN: 'actor', LED_BY: 'director' }),
    {
      actor: ['STARS', 'PLAYS_IN', 'actor'],
      director: ['LED_BY', 'director'],
    },
  );
});

test('a relation whose own name is renamed away stands for the types renamed to it alone', () => {
  const swapped = { a: 'b', b: 'a' };
  assert.deepEqual(typesOf(['a', 'b'], swapped), { a: ['b'], b: ['a'] });
  assert.deepEqual(typesOf(['a', 'b'], { a: 'a' }), { a: ['a'], b: ['b'] });
  assert.deepEqual(typesOf(['a', 'b'], { a: 'b' }), { a: [], b: ['a', 'b'] }, 'only other sources say a');
});

test('names that every object has are relations like any other', () => {
  assert.deepEqual(typesOf(['constructor', 'toString'], { made: 'constructor' }), {
    constructor: ['made', 'constructor'],
    toString: ['toString'],
  });
});

test('a run folder gives what is published: vectors without the rows of hop 1, figures, settings', () => {
  const folder = runFolder(['a', 'b']);
  const input = publishInputOf(folder, configOf(), 'films');
  checkPublishInput(input);
  assert.deepEqual(input.entities.keys, KEYS);
  assert.deepEqual([...input.vectors], [1, 1.5, 2, 2.5, 3, 3.5]);
  assert.deepEqual([...input.relations.vectors], [1, 1.5, 2, 2.5]);
  assert.deepEqual([...input.relations.inverseVectors], [3, 3.5, 4, 4.5]);
  assert.deepEqual(input.source, { name: 'films', nodes: [{ label: 'Film', key: 'id' }] });
  assert.deepEqual(input.model, {
    id: 'films-1',
    kind: 'student',
    encoder: 'complex',
    dim: DIM,
    geometry: 'unit',
    config: record.settings,
    dataDigest: 'digest',
    metrics: { 'tv.mrr': 0.5, 'tv.hits10': 0.75, 'full.mrr': 0.6, 'full.hits10': 0.8 },
  });
  assert.equal(input.distilledFrom, undefined);
});

test('of a run with values neither they nor the relations to them are published, of RotatE too', () => {
  const folder = runFolder([]);
  const table = (rows: number, width: number) => ({
    shape: [rows, width],
    data: Float32Array.from({ length: rows * width }, (_, i) => 1 + i / 2),
  });
  writeTensors(
    join(folder, files.model),
    { entity: table(3, DIM), relation: table(6, DIM / 2) },
    { encoder: 'rotate', geometry: 'l2' },
  );
  const keys = [entityKey('=GENRE', ['Comedy']), ...KEYS.slice(0, 2)];
  writeEntities(folder, {
    sources: [{ name: 'films', labels: ['=GENRE', 'Film'], keys, rows: [0, 1, 2] }],
    relations: ['a', 'GENRE', 'b'],
    degree: [1, 1, 1],
  });
  const column = (...values: number[]) => Int32Array.from(values);
  const none = { head: column(), relation: column(), tail: column() };
  writeFacts(folder, {
    split: {
      train: { head: column(1, 1, 2), relation: column(0, 1, 2), tail: column(2, 0, 1) },
      valid: none,
      test: none,
    },
    background: none,
    votes: column(),
    label: column(0, 1, 1),
  });
  const input = publishInputOf(folder, configOf(), 'films');
  checkPublishInput(input);
  assert.deepEqual(input.entities.keys, KEYS.slice(0, 2));
  assert.deepEqual([...input.vectors], [2, 2.5, 3, 3.5]);
  assert.deepEqual(input.relations.names, ['a', 'b']);
  assert.equal(input.relations.dim, 1);
  assert.deepEqual([...input.relations.vectors], [1, 2]);
  assert.deepEqual([...input.relations.inverseVectors], [2.5, 3.5]);
});

test('a student names its teacher, whose folder need not be there any more', () => {
  const made = runFolder(['a'], {
    id: 'teacher-1',
    kind: 'teacher',
    settings: { encoder: 'complex', dim: 8, geometry: 'dot' },
    dataDigest: 'other',
  });
  const teacher = teacherRecord(made);
  rmSync(made, { recursive: true });
  const folder = runFolder(['a'], { teacher });
  assert.deepEqual(publishInputOf(folder, configOf(), 'films').distilledFrom, {
    id: 'teacher-1',
    kind: 'teacher',
    encoder: 'complex',
    dim: 8,
    geometry: 'dot',
    dataDigest: 'other',
  });
});

test('the graph remembers how a run ended, when and after how long', () => {
  assert.deepEqual(graphRecord(runFolder(['a']), 'films'), {
    id: 'films-1',
    command: 'retrain',
    source: 'films',
    model: 'films-1',
    status: 'done',
    startedAt: '2024-05-06T07:08:09.000Z',
    seconds: 3.5,
    metrics: { 'tv.mrr': 0.5, 'tv.hits10': 0.75, 'full.mrr': 0.6, 'full.hits10': 0.8 },
    dataDigest: 'digest',
  });
});
