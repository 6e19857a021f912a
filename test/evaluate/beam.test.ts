import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import fc from 'fast-check';
import { beamRanks, beamScores } from '../../src/evaluate/beam.js';
import type { PathQueries } from '../../src/evaluate/types.js';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';
import { plainRank } from './_plain.js';
import { plainBeam } from './_plainBeam.js';

const N = 6;
const RELATIONS = 2;

/** Fixed: single precision orders scores otherwise that are equal but for the sixth digit. */
const RUNS = { seed: 1 };

/** A probability of each answer to each (entity, relation): [relation][entity][answer]. */
function probabilities(seed: number): number[][][] {
  const random = seededRandom(seed);
  return Array.from({ length: RELATIONS }, () =>
    Array.from({ length: N }, () => {
      const weights = [...gaussians(N, 1.5, random)].map(Math.exp);
      const total = weights.reduce((a, b) => a + b);
      return weights.map((w) => w / total);
    }),
  );
}
const model = (p: readonly number[][][]) => (entity: Int32Array, relation: Int32Array) =>
  tf.log(tf.tensor2d(Array.from(entity, (e, i) => p[relation[i]][e]))) as Tensor2D;

const answersOf = (p: readonly number[][][]) => (entity: number, relation: number) => p[relation][entity];

const someQueries = fc.record({
  seed: fc.nat(999),
  rows: fc.array(
    fc.record({
      from: fc.nat(N - 1),
      path: fc.tuple(fc.nat(RELATIONS - 1), fc.nat(RELATIONS - 1), fc.nat(RELATIONS - 1)),
      answer: fc.nat(N - 1),
      filtered: fc.uniqueArray(fc.nat(N - 1)),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  hops: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 1, max: N + 2 }),
  merge: fc.constantFrom('sum' as const, 'max' as const),
  byLabel: fc.boolean(),
});

test('scores are those of a beam search one way at a time', () => {
  fc.assert(
    fc.property(someQueries, ({ seed, rows, hops, width, merge }) => {
      const p = probabilities(seed);
      const scores = tf.tidy(
        () =>
          beamScores(
            model(p),
            Int32Array.from(rows, ({ from }) => from),
            Array.from({ length: hops }, (_, hop) => Int32Array.from(rows, ({ path }) => path[hop])),
            { width, merge },
          ).arraySync() as number[][],
      );
      for (const [i, { from, path }] of rows.entries())
        for (const [to, expected] of plainBeam(
          answersOf(p),
          from,
          path.slice(0, hops),
          width,
          merge,
        ).entries())
          assert.ok(Math.abs(scores[i][to] - expected) < 1e-4, `${scores[i][to]}, ${expected} expected`);
    }),
    RUNS,
  );
});

test('ranks leave the filtered answers out and stay within the class of the answer', () => {
  fc.assert(
    fc.property(someQueries, ({ seed, rows, hops, width, merge, byLabel }) => {
      const p = probabilities(seed);
      const others = rows.map(({ filtered, answer }) => filtered.filter((c) => c !== answer));
      const offset = Int32Array.from([0, ...others.map((list) => list.length)]);
      for (let i = 1; i < offset.length; i++) offset[i] += offset[i - 1];
      const classes = [0, 1].map((rest) => Int32Array.from([0, 1, 2, 3, 4, 5]).filter((c) => c % 2 === rest));
      const queries: PathQueries = {
        entity: Int32Array.from(rows, ({ from }) => from),
        relation: Array.from({ length: hops }, (_, hop) => Int32Array.from(rows, ({ path }) => path[hop])),
        answer: Int32Array.from(rows, ({ answer }) => answer),
        filter: { offset, entity: Int32Array.from(others.flat()) },
        ...(byLabel && {
          candidates: { set: Int32Array.from(rows, ({ answer }) => answer % 2), members: classes },
        }),
      };
      const tensors = tf.memory().numTensors;
      const ranks = beamRanks(model(p), queries, N, { width, merge });
      assert.equal(tf.memory().numTensors, tensors, 'no tensor stays behind');
      for (const [i, { from, path, answer }] of rows.entries()) {
        const scores = plainBeam(answersOf(p), from, path.slice(0, hops), width, merge);
        assert.equal(
          ranks[i],
          plainRank(
            answer,
            N,
            (c) => !others[i].includes(c) && (!byLabel || c % 2 === answer % 2),
            (c, a) => scores[c] - scores[a],
          ),
        );
      }
    }),
    RUNS,
  );
});

test('answers that are equally likely share their mean rank', () => {
  const even = Array.from({ length: RELATIONS }, () => Array.from({ length: N }, () => Array(N).fill(1 / N)));
  const queries = {
    entity: Int32Array.of(0),
    relation: [Int32Array.of(0), Int32Array.of(1)],
    answer: Int32Array.of(3),
    filter: { offset: Int32Array.of(0, 1), entity: Int32Array.of(5) },
  };
  assert.deepEqual([...beamRanks(model(even), queries, N, { width: 2 })], [3]);
});

test('where nothing is known of the answers, all that are ranked share their mean rank', () => {
  const queries = {
    entity: Int32Array.of(0, 0),
    relation: [Int32Array.of(0, 0), Int32Array.of(1, 1)],
    answer: Int32Array.of(3, 3),
    filter: { offset: Int32Array.of(0, 1, 2), entity: Int32Array.of(5, 5) },
  };
  const [unknown, known] = beamRanks(model(probabilities(4)), queries, N, { width: 2, known: [0, 1] });
  assert.equal(unknown, 3);
  assert.equal(known, beamRanks(model(probabilities(4)), queries, N, { width: 2 })[1]);
  assert.notEqual(known, 3);
});
