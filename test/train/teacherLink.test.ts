import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { writeEntities } from '../../src/train/folder.js';
import { linkToTeacher } from '../../src/train/teacherLink.js';
import { datasetOf, type Parts, someParts } from '../kg/_dataset.js';
import { folder } from './_graph.js';

const ROWS = 8;
const NAMES = ['o', 'p', 'q', 'r', 's'];
const teacher = folder();

/** A teacher of any of the sources, which may know fewer entities, other relations, and fewer links or more. */
const someTeacher = ({ sizes }: Parts) =>
  fc.record({
    sources: fc.subarray([...sizes.keys()]),
    rows: fc.tuple(
      ...sizes.map((size) =>
        fc.array(fc.integer({ min: -1, max: ROWS - 1 }), { minLength: size, maxLength: size }),
      ),
    ),
    degree: fc.array(fc.nat(3), { minLength: ROWS, maxLength: ROWS }),
    relations: fc.subarray(NAMES),
  });
const someCase = someParts.chain((parts) =>
  fc.record({
    parts: fc.constant(parts),
    teacher: someTeacher(parts),
    target: fc.nat(parts.sizes.length - 1),
    outside: fc.subarray([...Array(parts.sizes.reduce((a, b) => a + b)).keys()]),
  }),
);

test('a row meets its own row in the teacher, else the one of its class with most triples; relations meet by name', () => {
  fc.assert(
    fc.property(someCase, ({ parts, teacher: known, target, outside }) => {
      const dataset = datasetOf(parts);
      const classes = linkClasses(parts.sizes, dataset.alignments);
      const isAnchored = new Set(classes.classOf[target]);
      const extra = outside.filter((id) => id < classes.count && !isAnchored.has(id));
      const rowsOf = (s: number) =>
        known.sources.includes(s) ? known.rows[s].map((row, entity) => ({ row, entity })) : [];
      writeEntities(teacher, {
        sources: known.sources.map((s) => {
          const kept = rowsOf(s).filter(({ row }) => row >= 0);
          const { keys, labels } = dataset.sources[s].entities;
          const rows = kept.map(({ row }) => row);
          return { name: `s${s}`, labels, keys: kept.map(({ entity }) => keys[entity]), rows };
        }),
        relations: known.relations,
        degree: known.degree,
      });
      const found = linkToTeacher(teacher, dataset, classes, target, Int32Array.from(extra));

      const reached = (id: number) =>
        parts.sizes
          .flatMap((_, s) => rowsOf(s).filter(({ entity }) => classes.classOf[s][entity] === id))
          .map(({ row }) => row)
          .filter((row) => row >= 0)
          .sort((a, b) => known.degree[b] - known.degree[a] || a - b);
      const mine = Array.from(classes.classOf[target], (id, entity) => {
        const row = rowsOf(target)[entity]?.row ?? -1;
        return row >= 0 ? row : (reached(id)[0] ?? -1);
      });
      assert.deepEqual([...found.row], [...mine, ...extra.map((id) => reached(id)[0] ?? -1)]);
      const at = dataset.relations.map((name) => known.relations.indexOf(name));
      const inverse = at.map((id) => (id < 0 ? -1 : id + known.relations.length));
      assert.deepEqual([...found.relation], [...at, ...inverse]);
      assert.equal(found.folder, teacher);
    }),
    { numRuns: 400 },
  );
});

/** One entity in each of three sources, all linked; the teacher merged none of them. */
const parts: Parts = {
  sizes: [1, 1, 1],
  relations: ['p'],
  known: [[], [], []],
  links: [1, 2].map((right) => ({ leftSource: 0, left: 0, rightSource: right, right: 0, confidence: 1 })),
};

function rowIn(knownBy: readonly number[], degree: readonly number[]): number {
  const dataset = datasetOf(parts);
  const { keys, labels } = dataset.sources[0].entities;
  const sources = knownBy.map((s) => ({ name: `s${s}`, labels, keys, rows: [s] }));
  writeEntities(teacher, { sources, relations: ['p'], degree });
  const classes = linkClasses(parts.sizes, dataset.alignments);
  return linkToTeacher(teacher, dataset, classes, 0, new Int32Array(0)).row[0];
}

test('the row with most triples teaches, the first one among equals', () => {
  assert.equal(rowIn([1, 2], [0, 3, 4]), 2);
  assert.equal(rowIn([1, 2], [0, 4, 3]), 1);
  assert.equal(rowIn([2, 1], [0, 4, 4]), 1);
  assert.equal(rowIn([2], [0, 4, 0]), 2);
  assert.equal(rowIn([], [0, 4, 0]), -1);
});

test('where the teacher has seen the target its own row teaches, however few triples it has', () => {
  assert.equal(rowIn([0, 1, 2], [0, 3, 4]), 0);
});
