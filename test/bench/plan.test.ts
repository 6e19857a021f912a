import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type Cell, cellId, describe as inWords } from '../../bench/grid/cell.js';
import { declareGrid, ONE_ROUND, SEEDS, TARGETS } from '../../bench/grid/groups.js';
import { makeCells } from '../../bench/grid/make.js';
import { estimator, limitOf, plan } from '../../bench/grid/plan.js';
import { addResult, type Line, readResults } from '../../bench/grid/results.js';
import { KgmentorError } from '../../src/errors.js';
import { newFolder } from './_smallDbp5l.js';

const entries = declareGrid();
const make = makeCells();
const teacher = make.teacher({ seed: 1 });
const lineOf = (cell: Cell, seconds = 60): Line => ({
  id: cellId(cell),
  method: 1,
  cell,
  stages: [{ name: 'train', seconds, peakMb: 1 }],
  threads: 2,
  date: '2026-01-01',
  commit: 'unknown',
});
const linesOf = (...cells: Cell[]) => new Map(cells.map((cell) => [cellId(cell), lineOf(cell)]));

describe('a cell’s id', () => {
  it('is that of its settings, whichever their order, and of the version of the method', () => {
    const turned = Object.fromEntries(Object.entries(teacher).reverse()) as unknown as Cell;
    assert.equal(cellId(turned), cellId(teacher));
    const others: Cell[] = [
      make.teacher({ seed: 2 }),
      make.teacher({ seed: 1, sources: ['el', 'en'] }),
      make.teacher({ seed: 1, links: { share: 0.5, wrong: 0 } }),
      make.teacher({ seed: 1, settings: { encoder: 'transe' } }),
    ];
    assert.equal(new Set([teacher, ...others].map((cell) => cellId(cell))).size, 5);
    assert.notEqual(cellId(teacher, 1), cellId(teacher, 2));
    assert.match(cellId(teacher), /^[0-9a-f]{12}$/);
  });
});

describe('the declared grid', () => {
  const cells = new Map(entries.map(({ id, cell }) => [id, cell]));

  it('has for each cell the teacher that it needs', () => {
    for (const cell of cells.values())
      if (cell.what !== 'teacher' && cell.teacher !== null)
        assert.equal(cells.get(cell.teacher)?.what, 'teacher', inWords(cell));
  });

  it('has in its headline one teacher of all languages a seed and a student of each language', () => {
    const headline = entries.filter(({ group }) => group === 'headline').map(({ cell }) => cell);
    const teachers = headline.filter(({ what }) => what === 'teacher');
    assert.equal(teachers.length, SEEDS.length);
    for (const one of teachers) assert.equal(one.what === 'teacher' && one.sources.length, TARGETS.length);
    const studentsOf = (guide: Cell) =>
      entries
        .filter((entry) => entry.group === 'headline' && entry.row === 'student')
        .flatMap(({ cell }) =>
          cell.what === 'student' && cell.teacher === cellId(guide) ? cell.target : [],
        );
    for (const guide of teachers) assert.deepEqual(studentsOf(guide), TARGETS);
  });

  it('leaves each target out of its own teacher', () => {
    for (const { cell, column } of entries.filter(
      (one) => one.group === 'leaveOneOut' && one.cell.what === 'teacher',
    ))
      assert.deepEqual(
        cell.what === 'teacher' && [...cell.sources].sort(),
        TARGETS.filter((one) => one !== column).sort(),
      );
  });
});

describe('the plan', () => {
  const steps = plan(entries, new Map());
  const at = (cell: Cell) => steps.findIndex(({ id }) => id === cellId(cell));

  it('has each declared cell once, a teacher before what needs it', () => {
    assert.deepEqual(steps.map(({ id }) => id).sort(), [...new Set(entries.map(({ id }) => id))].sort());
    for (const [i, { cell }] of steps.entries())
      if (cell.what !== 'teacher' && cell.teacher !== null)
        assert.ok(steps.findIndex(({ id }) => id === cell.teacher) < i, inWords(cell));
  });

  it('begins with what is cheap and important: baselines, then the first seed, then the others', () => {
    assert.ok(steps.slice(0, 15).every(({ cell }) => cell.what === 'baseline' && cell.teacher === null));
    const guide = (seed: number) => make.teacher({ seed, grow: ONE_ROUND, settings: make.large });
    assert.equal(at(guide(1)), 15);
    const student = (seed: number) =>
      at(make.student({ target: 'el', seed, teacher: guide(seed), dim: make.quarter, recipe: 'short' }));
    assert.ok(student(1) < student(2) && student(2) < student(3));
  });

  it('leaves out what is measured, and takes a part that is asked for with the teachers it needs', () => {
    const measured = linesOf(teacher, make.baseline('lookup', 'el'));
    assert.equal(plan(entries, measured).length, steps.length - 2);
    const some = plan(entries, new Map(), 'leaveOneOut');
    assert.ok(some.every(({ groups }) => groups.includes('leaveOneOut')));
    const student = make.student({ target: 'el', seed: 1, teacher });
    const two = plan(entries, new Map(), cellId(student));
    assert.deepEqual(
      two.map(({ id }) => id),
      [cellId(teacher), cellId(student)],
    );
    assert.deepEqual(
      plan(entries, measured, cellId(student)).map(({ id }) => id),
      [cellId(student)],
    );
  });

  it('estimates by what was measured of the same kind and size', () => {
    const estimate = estimator([lineOf(teacher, 100), lineOf(make.teacher({ seed: 2 }), 200)]);
    assert.equal(estimate(make.teacher({ seed: 3 })), 150);
    const walking = make.teacher({ seed: 1, settings: { encoder: 'gru' } });
    assert.ok(estimate(walking) > 150);
    assert.deepEqual([limitOf(teacher), limitOf(walking)], [1800, 6000]);
  });
});

describe('the file of results', () => {
  it('gives back what was added, figures with six digits', () => {
    const file = path.join(newFolder(), 'results.jsonl');
    const figures = { count: 3, mrr: 1 / 3, hits1: 0.5, hits10: 1 };
    const report = { whole: figures, copied: figures, notCopied: figures };
    const line = addResult(file, { ...lineOf(teacher), metrics: { tv: report, full: report } });
    assert.equal(line.metrics?.tv.whole.mrr, 0.333333);
    addResult(file, lineOf(make.teacher({ seed: 2 })));
    assert.deepEqual([...readResults(file).values()], [line, lineOf(make.teacher({ seed: 2 }))]);
  });

  it('is refused by line where it is damaged', () => {
    const file = path.join(newFolder(), 'results.jsonl');
    const good = JSON.stringify(lineOf(teacher));
    for (const bad of ['{"id":', '{"id":"x"}', good]) {
      writeFileSync(file, `${good}\n${bad}\n`);
      assert.throws(
        () => readResults(file),
        (error) => error instanceof KgmentorError && /results\.jsonl:2: /.test(error.message),
      );
    }
  });
});
