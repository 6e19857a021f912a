import '../_here.js';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { studentSchema, teacherSchema } from '../../src/config.js';
import type { KgmentorEvent } from '../../src/events.js';
import { datasetDigest } from '../../src/kg/digest.js';
import { concatLinks } from '../../src/kg/links.js';
import type { Dataset } from '../../src/kg/types.js';
import { readTensors } from '../../src/model/safetensors.js';
import { evaluateRun } from '../../src/train/evaluations.js';
import { readModelEntities, readRecord } from '../../src/train/folder.js';
import { heldOut } from '../../src/train/heldOut.js';
import { files, readJob } from '../../src/train/job.js';
import { beginRetraining } from '../../src/train/retrain.js';
import { readModelVectors } from '../../src/train/runs.js';
import { folder } from './_graph.js';
import { beginStudent, EVALUATION, studentInput, trainStudent, trainTeacher } from './_runs.js';
import { HELD_OUT, joined, makeWorld, NAMES } from './_world.js';

const DIM = 8;
const HOPS_1 = { hops: 1, geometry: 'unit' };
const world = makeWorld();
const { dataset, supporters, split, conceptOf, said } = world;

/** Facts of the other sources on what links make one, by `place`, those that `keep` lets through. */
const placed = (sources: readonly number[], place: (s: number, c: number) => string) =>
  sources.flatMap((s) => said[s].map(([h, r, t]) => ({ h: place(s, h), r, t: place(s, t) })));
/** A concept in the sources that links join there: one class. */
const classOf = (s: number, c: number) => `${c}@${joined(s, c)[0]}`;
const isHere = (at: string) => at.endsWith('@0');
const count = (all: readonly object[]) => new Set(all.map((one) => JSON.stringify(one))).size;

describe('a pre-trained teacher and a re-trained student', () => {
  let teacher: string;
  let student: string;
  before(async () => {
    teacher = await trainTeacher(world);
    student = await trainStudent(world, teacher, HOPS_1);
  });

  it('leave whole run folders, without partial files', () => {
    const { record, job, input, trace, checkpoint, model, entities, facts } = files;
    const all = [record, job, input, trace, checkpoint, model, entities];
    assert.deepEqual(
      readdirSync(teacher).sort(),
      [...all, 'answers'].sort(),
      'with answers kept for retries',
    );
    assert.deepEqual(readdirSync(student).sort(), [...all, facts].sort());
  });

  it('tell in their records what they were made from and how they ended', () => {
    const { createdAt, result, counts, ...rest } = readRecord(teacher);
    assert.deepEqual(rest, {
      id: 'teacher-1',
      kind: 'teacher',
      status: 'done',
      sources: ['there', 'third'],
      settings: teacherSchema.parse({ dim: DIM, epochs: 4, batch: 64, linkThreshold: 0.6 }),
      dataDigest: datasetDigest(supporters),
    });
    assert.ok(Math.abs(Date.now() - Date.parse(createdAt)) < 600_000);
    assert.equal(result?.epochs, 4);
    // The teacher takes fewer links: some concepts are two of its rows.
    const row = (s: number, c: number) => `${c}@${joined(s, c, 0.6, [1, 2])[0]}`;
    const rows = [1, 2].flatMap((s) => conceptOf[s].map((c) => ({ at: row(s, c) })));
    const { there, third } = heldOut(supporters, HELD_OUT);
    assert.equal(counts.rows, count(rows));
    assert.ok(counts.rows > count([1, 2].flatMap((s) => conceptOf[s].map((c) => ({ c })))));
    assert.equal(counts.relations, 4);
    assert.equal(counts.conflicts, 0);
    assert.equal(counts.validated, there.valid.head.length + third.valid.head.length);
    const trained = [there.train, third.train].flatMap(({ head, relation, tail }, i) =>
      Array.from(head, (h, n) => {
        const at = (entity: number) => row(i + 1, conceptOf[i + 1][entity]);
        return { h: at(h), r: relation[n], t: at(tail[n]) };
      }),
    );
    assert.equal(counts.triples, count(trained));
    assert.ok(counts.triples < trained.length, 'some facts stand in both');
  });

  it('a student’s record counts its facts, rows and links', () => {
    const { createdAt, result, counts, ...rest } = readRecord(student);
    assert.deepEqual(rest, {
      id: 'student-1',
      kind: 'student',
      status: 'done',
      sources: [...NAMES],
      target: 'here',
      settings: {
        ...studentSchema.parse({ dim: DIM, epochs: 3, batch: 64, ...HOPS_1 }),
        evaluation: EVALUATION,
      },
      teacher: {
        folder: teacher,
        id: 'teacher-1',
        encoder: 'complex',
        dim: DIM,
        geometry: 'dot',
        dataDigest: readRecord(teacher).dataDigest,
      },
      dataDigest: datasetDigest(dataset),
    });
    assert.ok(Math.abs(Date.now() - Date.parse(createdAt)) < 600_000);
    assert.equal(result?.epochs, 3);
    const around = placed([1, 2], classOf).filter(({ h, t }) => isHere(h) || isHere(t));
    const outside = around.flatMap(({ h, t }) => [h, t]).filter((at) => !isHere(at));
    const entities = conceptOf[0].length;
    assert.deepEqual(counts, {
      entities,
      rows: entities + new Set(outside).size,
      relations: 5,
      train: split.train.head.length,
      valid: split.valid.head.length,
      test: split.test.head.length,
      background: count(around),
      linked: conceptOf[0].filter((c) => joined(0, c).length > 1).length,
      conflicts: 1,
    });
    assert.ok(new Set(outside).size > 0 && counts.linked < entities);
  });

  it('the student’s rows meet the best known rows of their classes, its relations those of their name', () => {
    const { row, relation } = readJob(student).teacher ?? assert.fail('no teacher');
    const known = readModelEntities(teacher);
    const rowOf = (s: number, c: number) => known.sources[s - 1].rows[conceptOf[s].indexOf(c)];
    const expected = conceptOf[0].map((c) => {
      const reached = joined(0, c)
        .slice(1)
        .map((s) => rowOf(s, c));
      return reached.sort((a, b) => known.degree[b] - known.degree[a] || a - b)[0] ?? -1;
    });
    assert.deepEqual([...row].slice(0, expected.length), expected);
    assert.ok(
      [...row].slice(expected.length).every((at) => at >= 0),
      'the rows of hop 1 are the teacher’s own',
    );
    assert.deepEqual(dataset.relations, ['alone', 'in', 'kept', 'likes', 'next']);
    assert.deepEqual([...relation], [-1, 0, 1, 2, 3, -1, 4, 5, 6, 7]);
  });

  it('a student of which the teacher knows no entity is warned of', async () => {
    const warned = async (of: object) => {
      const events: KgmentorEvent[] = [];
      const input = studentInput(world, teacher, {}, of);
      await beginRetraining(input, { onEvent: (event) => events.push(event) });
      return events.filter(({ type }) => type === 'warning').length;
    };
    assert.equal(await warned({}), 0);
    assert.equal(await warned({ dataset: { ...dataset, alignments: concatLinks([]) } }), 1);
  });

  it('what is published are the rows of the target’s entities', () => {
    const { tensors } = readTensors(join(student, files.model));
    const { keys, entity, relation, inverse, relations, dim, geometry } = readModelVectors(student);
    assert.deepEqual(
      { dim, geometry, relations },
      { dim: DIM, geometry: 'unit', relations: dataset.relations },
    );
    assert.deepEqual(keys, dataset.sources[0].entities.keys);
    const rows = tensors.entity.data as Float32Array;
    assert.ok(rows.length > entity.length, 'hop 1 added rows');
    assert.deepEqual(entity, rows.slice(0, keys.length * DIM));
    assert.deepEqual([...relation, ...inverse], [...tensors.relation.data]);
    assert.equal(relation.length, inverse.length);
  });

  it('give the same weights bit for bit, whatever the order of facts and links', async () => {
    const other = makeWorld({ shuffle: 7 });
    assert.notDeepEqual(other.dataset.sources[0].triples, dataset.sources[0].triples);
    assert.notDeepEqual(other.dataset.alignments, dataset.alignments);
    const again = await trainTeacher(other);
    const scholar = await trainStudent(other, again, HOPS_1);
    const same = (a: string, b: string, name: string) =>
      assert.ok(readFileSync(join(a, name)).equals(readFileSync(join(b, name))), name);
    for (const name of [files.model, files.input, files.entities]) same(again, teacher, name);
    for (const name of [files.model, files.input, files.entities, files.facts]) same(scholar, student, name);
    for (const [run, first] of [
      [again, teacher],
      [scholar, student],
    ]) {
      const { dataDigest, counts } = readRecord(run);
      const expected = readRecord(first);
      assert.deepEqual({ dataDigest, counts }, { dataDigest: expected.dataDigest, counts: expected.counts });
    }
    assert.deepEqual(await evaluateRun(scholar, { threads: 1 }), await evaluateRun(student, { threads: 1 }));
  });

  it('a teacher that has seen the target teaches it by its own rows', async () => {
    const whole = await trainTeacher(world, { epochs: 1 }, { dataset });
    const run = await beginStudent(world, whole);
    const { row, relation } = readJob(run).teacher ?? assert.fail('no teacher');
    assert.deepEqual([...row], readModelEntities(whole).sources[0].rows);
    assert.deepEqual([...relation], [...Array(10).keys()]);
    assert.equal(readRecord(run).counts.linked, conceptOf[0].length);
  });
});

describe('a training is refused', () => {
  const error = (code: string, says: RegExp) => ({ name: 'KgmentorError', code, message: says });
  const empty = { head: new Int32Array(0), relation: new Int32Array(0), tail: new Int32Array(0) };
  const unsorted: Dataset = { ...dataset, relations: [...dataset.relations].reverse() };
  const silent: Dataset = {
    ...supporters,
    sources: supporters.sources.map((source) => ({ ...source, triples: empty })),
  };
  const untouched = join(folder(), 'run');
  const refused = async (training: () => Promise<string>, expected: object) => {
    await assert.rejects(training, expected);
    assert.ok(!existsSync(untouched), 'before anything is written');
  };

  it('on a dataset that breaks its contract', async () => {
    const says = error('BAD_DATA', /position 1 of the relations/);
    await refused(() => trainTeacher(world, {}, { dataset: unsorted, folder: untouched }), says);
    await refused(() => trainStudent(world, undefined, {}, { dataset: unsorted, folder: untouched }), says);
  });

  it('for a source that was not read', async () => {
    const says = error('USAGE', /"nowhere" was not read/);
    await refused(() => trainTeacher(world, { sources: ['nowhere'] }, { folder: untouched }), says);
    await refused(() => trainStudent(world, undefined, {}, { target: 'nowhere', folder: untouched }), says);
  });

  it('with a teacher that was trained on the target with other held-out facts', async () => {
    const before = { ...HELD_OUT, test: HELD_OUT.test / 2 };
    const splits = heldOut(dataset, before);
    const saw = await trainTeacher(world, { epochs: 1 }, { dataset, splits, heldOut: before });
    const student = (change: object) =>
      beginStudent(world, saw, {}, { heldOut: HELD_OUT, folder: untouched, ...change });
    await refused(
      () => student({}),
      error('USAGE', /teacher-1 was trained on here with other held-out facts \(heldOut\.test\)/),
    );
    const split = splits.here;
    const run = await student({ heldOut: before, split, folder: join(folder(), 'same') });
    assert.deepEqual(readRecord(run).heldOut, before);
    const elsewhere = await trainTeacher(world, { epochs: 1 }, { heldOut: before });
    await beginStudent(world, elsewhere, {}, { heldOut: HELD_OUT });
  });

  it('without a fact to train on', async () => {
    await refused(
      () => trainTeacher(world, {}, { dataset: silent, splits: {}, folder: untouched }),
      error('NO_DATA', /there, third hold no relationship/),
    );
    await refused(
      () => trainStudent(world, undefined, {}, { split: { ...split, train: empty }, folder: untouched }),
      error('NO_DATA', /here holds no relationship/),
    );
  });
});
