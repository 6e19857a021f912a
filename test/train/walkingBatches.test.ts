import assert from 'node:assert/strict';
import { test } from 'node:test';
import { teacherSchema } from '../../src/config.js';
import { batchOf, epochOrder } from '../../src/train/batches.js';
import { trainingQueries } from '../../src/train/queries.js';
import { jobBatches, walkGraphOf, walkingBatches } from '../../src/train/walkingBatches.js';
import { RELATIONS, ROWS, ring, teacherJob } from './_graph.js';

const { train } = ring(ROWS, RELATIONS, 0.9);
const queries = trainingQueries([{ triples: train, weight: 1 }], ROWS, RELATIONS);
const graph = walkGraphOf(queries, ROWS, RELATIONS);
const SIZE = 24;

function lengthened(settings: object, step = 0) {
  const full = teacherSchema.parse({ encoder: 'rsn', pathLength: 3, seed: 5, ...settings });
  const short = batchOf(queries, epochOrder(queries, 5, 0), step, SIZE);
  return { short, long: walkingBatches(graph, full)(short, 0, step) };
}

const known = new Set<string>();
for (let i = 0; i < train.head.length; i++) {
  known.add(`${train.head[i]} ${train.relation[i]} ${train.tail[i]}`);
  known.add(`${train.tail[i]} ${train.relation[i] + RELATIONS} ${train.head[i]}`);
}

test('a lengthened batch begins with its queries and goes on over facts from one of their answers', () => {
  const { short, long } = lengthened({ hideRate: 0 });
  assert.deepEqual([long.size, long.hops], [short.size, 3]);
  assert.deepEqual(long.entity.subarray(0, SIZE), short.entity);
  assert.deepEqual(long.relation.subarray(0, SIZE), short.relation);
  assert.deepEqual(long.offset.subarray(0, SIZE + 1), short.offset);
  for (let i = 0; i < SIZE; i++) {
    const answers = [...short.answer.subarray(short.offset[i], short.offset[i + 1])];
    assert.ok(answers.includes(long.entity[SIZE + i]), 'the walk goes through an answer');
    for (const hop of [1, 2]) {
      const p = hop * SIZE + i;
      assert.equal(long.offset[p + 1] - long.offset[p], 1);
      const reached = long.answer[long.offset[p]];
      assert.ok(known.has(`${long.entity[p]} ${long.relation[p]} ${reached}`), 'each step is a fact');
      if (hop === 1) assert.equal(long.entity[p + SIZE], reached, 'the next step begins there');
    }
  }
});

test('the rate decides how many entities between are hidden; the first one never is', () => {
  for (const hideRate of [0, 0.5, 1]) {
    let hidden = 0;
    for (let step = 0; step < 8; step++) {
      const { long } = lengthened({ hideRate }, step);
      assert.ok(long.entity.subarray(0, SIZE).every((row) => row >= 0));
      hidden += long.entity.reduce((sum, row) => sum + Number(row < 0), 0);
    }
    const share = hidden / (8 * 2 * SIZE);
    assert.ok(Math.abs(share - hideRate) < 0.12, `${share} at rate ${hideRate}`);
  }
});

test('walks depend on seed, epoch and step alone, and weigh as the setting says', () => {
  assert.deepEqual(lengthened({}).long, lengthened({}).long);
  assert.notDeepEqual(lengthened({}).long.relation, lengthened({ seed: 6 }).long.relation);
  const { long, short } = lengthened({ pathWeight: 0.25 });
  const later = long.answerWeight.subarray(short.answer.length);
  assert.ok(later.every((w) => Math.abs(w - 0.25 / SIZE) < 1e-6));
});

test('a path encoder’s batches tell what its walks are like, a triple encoder takes none', async () => {
  assert.equal(jobBatches(teacherJob()).take(0, 0) instanceof Promise, false);
  for (const settings of [{}, { encoder: 'rsn', pathLength: 1 }])
    assert.equal(jobBatches(teacherJob(settings)).walks, undefined);
  const told = await jobBatches(teacherJob({ encoder: 'rsn', pathLength: 4, depthBias: 0.99 })).walks;
  assert.ok(told);
  const { walks, steps, repeated, distinct } = told;
  assert.deepEqual([walks, steps], [2000, 6000]);
  assert.ok(repeated < 0.2 && distinct > 4, `${repeated}, ${distinct}`);
});
