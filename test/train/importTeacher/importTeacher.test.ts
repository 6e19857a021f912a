import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { KgmentorError } from '../../../src/errors.js';
import { tf } from '../../../src/model/backend.js';
import { singleHop } from '../../../src/model/paths.js';
import { readTensors } from '../../../src/model/safetensors.js';
import { readModelEntities, readRecord } from '../../../src/train/folder.js';
import { loadTeacher } from '../../../src/train/frozenTeacher.js';
import { type ImportedTeacher, readTeacher } from '../../../src/train/importTeacher/importTeacher.js';
import { writeTeacher } from '../../../src/train/importTeacher/writeTeacher.js';
import { findRun } from '../../../src/train/runs.js';
import { folder } from '../_graph.js';
import { FIXTURES, fixtures, inputOf, ringDataset, scoresOf } from './_fixtures.js';

const dataset = ringDataset();
const isA = (code: string, part: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && error.code === code && part.test(error.message);

const near = (found: number, expected: number, what: string) =>
  assert.ok(
    Math.abs(found - expected) < 1e-4 * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, ${expected}`,
  );

for (const fixture of fixtures) {
  const { engine, scoring } = fixture;
  test(`${scoring} of ${engine} scores tails and heads as ${engine} does`, async () => {
    const run = join(folder(), 'imported-1');
    const { entities: here, relation, entity } = await readTeacher(inputOf(fixture, dataset));
    writeTeacher(run, 'imported-1', await readTeacher(inputOf(fixture, dataset)));
    const count = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
    const rows = count(entity.shape[0]);
    const teacher = loadTeacher({ folder: run, row: rows, relation: count(relation.shape[0]) });
    const [films] = here.sources;
    const rowOf = new Map(films.keys.map((key, i) => [`films:${JSON.parse(key)[1]}`, films.rows[i]]));
    const relationOf = (name: string) => here.relations.indexOf(name);
    const { entities, tails, heads } = scoresOf(fixture);
    const asked = [
      ...tails.map(({ head, relation: r, scores }) => ({ given: head, row: relationOf(r), scores })),
      ...heads.map(({ tail, relation: r, scores }) => ({
        given: tail,
        row: relationOf(r) + here.relations.length,
        scores,
      })),
    ];
    const found = tf.tidy(() => {
      const given = Int32Array.from(asked, (one) => rowOf.get(one.given) as number);
      const paths = singleHop(
        given,
        Int32Array.from(asked, ({ row }) => row),
      );
      return teacher.scores(teacher.activations(paths).query, rows).arraySync() as number[][];
    });
    teacher.dispose();
    assert.equal(asked.length, 8);
    for (const [i, { given, scores }] of asked.entries())
      for (const [j, name] of entities.entries())
        near(found[i][rowOf.get(name) as number], scores[j], `${given} and ${name}`);
  });
}

test('the run folder holds a finished teacher', async () => {
  const fixture = fixtures[0];
  const runs = folder();
  const run = join(runs, 'imported-1');
  const teacher = await readTeacher(inputOf(fixture, dataset));
  writeTeacher(run, 'imported-1', teacher);
  assert.equal(findRun(runs, undefined, { kind: 'teacher', finished: true }).folder, run);
  assert.deepEqual(readRecord(run).sources, ['films']);
  assert.deepEqual(readModelEntities(run), teacher.entities);
  const { metadata } = readTensors(join(run, 'model.safetensors'));
  assert.deepEqual(metadata, {
    encoder: 'complex',
    geometry: 'dot',
    dim: '16',
    rows: '30',
    entities: '30',
    relations: '3',
    kind: 'teacher',
    epoch: '0',
  });
});

test('names that are unknown here are counted and named, and their rows left out', async () => {
  const some = {
    ...dataset,
    sources: [dataset.sources[1], { ...dataset.sources[0], ...withoutFilms(10) }],
    relations: ['CITES', 'KNOWS'],
  };
  const { report, entities, entity } = await readTeacher(inputOf(fixtures[0], some));
  assert.deepEqual(report.sources, [
    { source: 'books', entities: 30, known: 0 },
    { source: 'films', entities: 20, known: 20 },
  ]);
  assert.equal(report.unknownEntities.count, 10);
  assert.equal(report.unknownEntities.examples.length, 3);
  assert.deepEqual([...report.unknownRelations.examples].sort(), ['FOLLOWS', 'LIKES']);
  assert.deepEqual(entity.shape, [20, 16]);
  assert.deepEqual(
    entities.sources.map(({ name, rows }) => [name, [...rows].sort((a, b) => a - b)]),
    [['films', [...Array(20).keys()]]],
  );
  const whole = await readTeacher(inputOf(fixtures[0], dataset));
  const key = entities.sources[0].keys[7];
  const vector = (teacher: ImportedTeacher) => {
    const [films] = teacher.entities.sources;
    const row = films.rows[films.keys.indexOf(key)];
    return teacher.entity.data.slice(16 * row, 16 * row + 16);
  };
  assert.deepEqual(vector(whole), vector(await readTeacher(inputOf(fixtures[0], some))));
});

/** The films without the last ones, and without facts. */
function withoutFilms(n: number) {
  const { entities } = dataset.sources[0];
  const keys = entities.keys.slice(0, entities.keys.length - n);
  const none = { head: new Int32Array(0), relation: new Int32Array(0), tail: new Int32Array(0) };
  return { entities: { ...entities, keys, label: new Int32Array(keys.length) }, triples: none };
}

test('degrees count the facts at the entity that a row is for', async () => {
  const { entities } = await readTeacher(inputOf(fixtures[0], dataset));
  assert.deepEqual(entities.degree, new Array(30).fill(6));
});

test('a teacher whose entities are of no source is refused with names of both sides', async () => {
  const other = { ...dataset, sources: [dataset.sources[1]] };
  await assert.rejects(
    readTeacher(inputOf(fixtures[0], other)),
    isA('BAD_DATA', /None of the teacher's 30 entities .* "films:f\d+".* "books:b0", "books:b1"/),
  );
});

test('names that may mean several entities are refused, unless the source is named', async () => {
  const place = folder();
  const names = gunzipSync(readFileSync(join(FIXTURES, 'pykeen/complex/entity_to_id.tsv.gz'))).toString();
  const bare = join(place, 'entities.tsv');
  writeFileSync(bare, names.replaceAll('films:', ''));
  const twins = {
    ...dataset,
    sources: [dataset.sources[0], { ...dataset.sources[0], name: 'movies' }],
  };
  const input = { ...inputOf(fixtures[0], twins), entityNames: bare };
  await assert.rejects(
    readTeacher(input),
    isA('BAD_DATA', /30 names .* may mean several ones here, such as "f0"/),
  );
  const { report } = await readTeacher({ ...input, source: 'movies' });
  assert.deepEqual(
    report.sources.map(({ known }) => known),
    [0, 30],
  );
  await assert.rejects(readTeacher({ ...input, source: 'books' }), isA('USAGE', /"books" was not read/));
  writeFileSync(bare, names.replace('films:f10\n', 'Film:f1\n'));
  await assert.rejects(
    readTeacher({ ...inputOf(fixtures[0], dataset), entityNames: bare }),
    isA('BAD_DATA', /"films:f1", "Film:f1" are for one entity, films:f1/),
  );
});

test('tables that do not belong together are refused', async () => {
  const input = inputOf(fixtures[0], dataset);
  await assert.rejects(
    readTeacher({ ...input, entityNames: input.relationNames }),
    isA('BAD_DATA', /has 30 rows, 3 expected by their names/),
  );
  await assert.rejects(
    readTeacher({ ...input, scoring: 'transe' }),
    isA('BAD_DATA', /8 complex numbers, real/),
  );
  await assert.rejects(readTeacher({ ...input, scoring: 'rotate' }), isA('BAD_DATA', /modulus/));
  await assert.rejects(
    readTeacher({ ...input, entityNames: undefined }),
    isA('USAGE', /The entity table has no names/),
  );
  await assert.rejects(
    readTeacher({ ...inputOf(fixtures[4], dataset), scoring: 'rotate' }),
    isA('USAGE', /DGL-KE's rotate adds up/),
  );
});
