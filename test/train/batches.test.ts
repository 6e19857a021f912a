import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import fc from 'fast-check';
import { gaussians, type Random, seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';
import { scoring } from '../../src/model/geometry.js';
import { head } from '../../src/model/head.js';
import { createResource, read } from '../../src/model/ops.js';
import { makeTargets, type Targets } from '../../src/model/targets.js';
import type { SoftTargets } from '../../src/train/answers.js';
import {
  answersRandom,
  type Batch,
  batchOf,
  distilledTargets,
  epochOrder,
  MOST_ANSWERS,
  memoryBatches,
  rowsOf,
  softOf,
  stepsOf,
} from '../../src/train/batches.js';
import type { TrainingQueries } from '../../src/train/job.js';
import { frequencies } from '../../src/train/stepRows.js';

const ENTITIES = 9;
const WIDTH = 6;

/** Rows with so many answers each, in compressed form, with numbers in (0, 1] beside them. */
function compressed(counts: readonly number[], random: Random) {
  const offset = new Int32Array(counts.length + 1);
  for (const [i, count] of counts.entries()) offset[i + 1] = offset[i] + count;
  const total = offset[counts.length];
  return {
    offset,
    answer: Int32Array.from({ length: total }, () => Math.floor(random() * ENTITIES)),
    number: Float32Array.from({ length: total }, () => 1 - random()),
  };
}

/** Queries with so many answers each; one without is a probe. */
function queriesOf(counts: readonly number[], random: Random): TrainingQueries {
  const { offset, answer, number } = compressed(counts, random);
  return {
    entity: Int32Array.from(counts, (_, i) => i),
    relation: new Int32Array(counts.length),
    offset,
    answer,
    weight: number,
  };
}

function someSoft(counts: readonly number[], temperature: number, random: Random): SoftTargets {
  const { offset, answer, number } = compressed(counts, random);
  const reliability = Float32Array.from(counts, () => random());
  return { temperature, calibrated: temperature, offset, answer, probability: number, reliability };
}

test('probes lengthen the batches and not the epoch', () => {
  const sizes = fc.record({
    known: fc.integer({ min: 1, max: 300 }),
    probes: fc.nat(300),
    batch: fc.integer({ min: 1, max: 64 }),
  });
  let exact = 0;
  fc.assert(
    fc.property(sizes, ({ known, probes, batch }) => {
      const counts = [...new Array(known).fill(1), ...new Array(probes).fill(0)];
      const queries = queriesOf(counts, seededRandom(1));
      const size = rowsOf(queries, batch);
      const steps = Math.ceil(known / batch);
      if (probes === 0) assert.equal(size, batch, 'without probes a batch is as large as asked for');
      assert.ok(stepsOf(queries, size) <= steps, 'never more steps');
      // A whole number of rows gives any number of steps up to about the root of their product.
      if (batch >= steps) assert.equal(stepsOf(queries, size), steps);
      exact += Number(batch >= steps && probes > 0);
    }),
    { numRuns: 500 },
  );
  assert.ok(exact > 100, `${exact} cases with an exact count`);
});

test('an epoch takes each query once, in an order of the seed and the epoch', () => {
  const random = seededRandom(3);
  const queries = queriesOf(
    Array.from({ length: 50 }, (_, i) => i % 4),
    random,
  );
  const order = epochOrder(queries, 1, 2);
  const size = rowsOf(queries, 8);
  const batches = Array.from({ length: stepsOf(queries, size) }, (_, step) =>
    batchOf(queries, order, step, size),
  );
  assert.deepEqual(
    [...batches.flatMap(({ at }) => [...at])].sort((a, b) => a - b),
    [...queries.entity.keys()],
  );
  assert.deepEqual(order, epochOrder(queries, 1, 2));
  assert.notDeepEqual(order, epochOrder(queries, 1, 3));
  assert.notDeepEqual(order, epochOrder(queries, 2, 2));
});

test('a batch holds its queries with their answers, weighted over those that have any', () => {
  const queries = queriesOf([2, 0, 1, 3, 0, 1], seededRandom(4));
  const batch = batchOf(queries, Int32Array.of(5, 1, 3, 0), 0, 4);
  assert.deepEqual([...batch.entity], [5, 1, 3, 0]);
  assert.equal(batch.labelled, 3);
  assert.deepEqual([...batch.offset], [0, 1, 1, 4, 6]);
  const answers = [6, 3, 4, 5, 0, 1]; // those of the queries 5, 3 and 0
  assert.deepEqual(
    [...batch.answer],
    answers.map((j) => queries.answer[j]),
  );
  const weights = answers.map((j) => queries.weight[j] / 3);
  close(batch.answerWeight, weights, 'weights');
  const mass = [weights[0], 0, weights[1] + weights[2] + weights[3], weights[4] + weights[5]];
  close(batch.mass, mass, 'mass');
});

test('balance weighs a query with n answers by n to the power 1 − balance', () => {
  const queries = queriesOf([4, 0, 1], seededRandom(4));
  queries.weight.set([1, 1, 0.5, 0.5, 0.5]); // three answers' worth, and one of half a weight
  const mass = (balance: number) => [...batchOf(queries, Int32Array.of(0, 1, 2), 0, 3, { balance }).mass];
  for (const balance of [0, 0.5, 1])
    close(mass(balance), [3 ** (1 - balance) / 2, 0, 0.5 / 2], `balance ${balance}`);
});

describe('a query with very many answers', () => {
  const MANY = 4 * MOST_ANSWERS;
  /** Query 1 has many, whose numbers, weights and sources tell which they are. */
  const queries: TrainingQueries = {
    entity: Int32Array.of(0, 1, 2),
    relation: new Int32Array(3),
    offset: Int32Array.of(0, 2, 2 + MANY, 3 + MANY),
    answer: Int32Array.from({ length: 3 + MANY }, (_, j) => j),
    weight: Float32Array.from({ length: 3 + MANY }, (_, j) => 1 + (j % 2)),
    sources: Int32Array.from({ length: 3 + MANY }, (_, j) => 1 + (j % 3)),
  };
  const drawn = (step: number) =>
    batchOf(queries, Int32Array.of(2, 1, 0), 0, 3, { random: answersRandom(1, 0, step) });

  it('gives a step an even sample of them, and others are whole', () => {
    const { offset, answer, sourceOf = [] } = drawn(0);
    assert.deepEqual([...offset], [0, 1, 1 + MOST_ANSWERS, 3 + MOST_ANSWERS]);
    assert.deepEqual([answer[0], ...answer.slice(-2)], [2 + MANY, 0, 1]);
    const many = [...answer.subarray(1, 1 + MOST_ANSWERS)];
    assert.equal(new Set(many).size, MOST_ANSWERS);
    assert.ok(many.every((j) => j >= 2 && j < 2 + MANY));
    assert.deepEqual(
      [...sourceOf],
      [...answer].map((j) => 1 + (j % 3)),
    );
    // A quarter of each quarter: 2,048, with a standard deviation of 34.
    for (let quarter = 0; quarter < 4; quarter++) {
      const from = 2 + quarter * MOST_ANSWERS;
      const inside = many.filter((j) => j >= from && j < from + MOST_ANSWERS).length;
      assert.ok(Math.abs(inside - MOST_ANSWERS / 4) < 200, `${inside} of quarter ${quarter}`);
    }
  });

  it('has in the mean the weight of all', () => {
    const { mass, answer, answerWeight } = drawn(0);
    for (const [i, j] of answer.entries())
      assert.ok(
        Math.abs(answerWeight[i] - ((i > 0 && i <= MOST_ANSWERS ? 4 : 1) * (1 + (j % 2))) / 3) < 1e-6,
      );
    const whole = (1.5 * MANY) / 3;
    assert.ok(Math.abs(mass[1] / whole - 1) < 0.02, `${mass[1]}, ${whole} expected`);
  });

  it('is balanced by all of its answers', () => {
    const { mass } = batchOf(queries, Int32Array.of(2, 1, 0), 0, 3, { balance: 0.5 });
    const whole = (2 * Math.sqrt((1.5 * MANY) / 2)) / 3; // the largest weight is 2
    assert.ok(Math.abs(mass[1] / whole - 1) < 0.02, `${mass[1]}, ${whole} expected`);
  });

  it('gives other ones to another step, and the same ones to the same step', () => {
    assert.deepEqual(drawn(3), drawn(3));
    assert.notDeepEqual(drawn(3).answer, drawn(4).answer);
    const rows = 3 + MANY;
    const batches = memoryBatches(queries, { batch: 3, seed: 1 });
    const [first, second] = [batches.take(0, 0), batches.take(1, 0)] as Batch[];
    assert.notDeepEqual([...second.answer].sort(), [...first.answer].sort());
    const times = frequencies({ queries, rows }) as Float64Array;
    assert.deepEqual([...times.slice(0, 3)], [2, 2, 1.25], 'as often as steps need them');
  });
});

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < actual.length; i++)
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= 1e-5 * Math.max(1, Math.abs(expected[i])),
      `${what} ${i}: ${actual[i]}, ${expected[i]} expected`,
    );
}

interface Answered {
  readonly loss: number;
  readonly byQuery: Float32Array;
  readonly byTable: Float32Array;
}

const table = gaussians(ENTITIES * WIDTH, 1, seededRandom(11));
const asked = (rows: number): Float32Array => gaussians(rows * WIDTH, 1, seededRandom(12));

/** The head's loss with its gradients. */
function through(targets: readonly Targets[], rows: number): Answered {
  return tf.tidy(() => {
    const gradient = createResource(tf.zeros([ENTITIES, WIDTH]));
    const entities = tf.tensor2d(table, [ENTITIES, WIDTH]);
    const { value, grad } = tf.valueAndGrad((query: Tensor) =>
      head(query as Tensor2D, scoring('dot', entities), targets, gradient),
    )(tf.tensor2d(asked(rows), [rows, WIDTH]));
    const read32 = (x: Tensor) => Float32Array.from(x.dataSync());
    const answered = {
      loss: value.dataSync()[0],
      byQuery: read32(grad),
      byTable: read32(read(gradient)),
    };
    gradient.handle.dispose();
    return answered;
  });
}

/** The definition, in double precision: each answer's weighted cross-entropy, soft ones at the temperature times T². */
function plain(batch: Batch, soft: SoftTargets, weights: { prediction: number; probes: number }): Answered {
  const rows = batch.at.length;
  const query = asked(rows);
  const byQuery = new Float64Array(rows * WIDTH);
  const byTable = new Float64Array(ENTITIES * WIDTH);
  let loss = 0;
  const add = (i: number, answer: number, weight: number, temperature: number) => {
    const scores = Array.from({ length: ENTITIES }, (_, e) => {
      let sum = 0;
      for (let d = 0; d < WIDTH; d++) sum += query[i * WIDTH + d] * table[e * WIDTH + d];
      return sum / temperature;
    });
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    loss += weight * (Math.log(total) - scores[answer]);
    for (let e = 0; e < ENTITIES; e++) {
      const slope = (weight * (Math.exp(scores[e]) / total - Number(e === answer))) / temperature;
      for (let d = 0; d < WIDTH; d++) {
        byQuery[i * WIDTH + d] += slope * table[e * WIDTH + d];
        byTable[e * WIDTH + d] += slope * query[i * WIDTH + d];
      }
    }
  };
  for (let i = 0; i < rows; i++) {
    const isProbe = batch.offset[i] === batch.offset[i + 1];
    for (let j = batch.offset[i]; j < batch.offset[i + 1]; j++)
      add(i, batch.answer[j], batch.answerWeight[j], 1);
    const at = batch.at[i];
    const weight = soft.reliability[at] * (isProbe ? weights.probes : weights.prediction);
    for (let j = soft.offset[at]; j < soft.offset[at + 1]; j++)
      add(
        i,
        soft.answer[j],
        (soft.probability[j] * weight * soft.temperature ** 2) / batch.labelled,
        soft.temperature,
      );
  }
  return { loss, byQuery: Float32Array.from(byQuery), byTable: Float32Array.from(byTable) };
}

function same(actual: Answered, expected: Answered): void {
  close([actual.loss], [expected.loss], 'loss');
  close(actual.byQuery, expected.byQuery, 'gradient by the queries');
  close(actual.byTable, expected.byTable, 'gradient by the table');
}

/** Some queries are probes, some have no soft answers, some answers stand among both kinds. */
function someBatch(seed: number, temperature: number): { batch: Batch; soft: SoftTargets } {
  const random = seededRandom(seed);
  const counts = (probes: boolean) =>
    Array.from({ length: 14 }, (_, i) => (probes && i % 4 === 0 ? 0 : 1 + Math.floor(random() * 3)));
  const queries = queriesOf(counts(true), random);
  const some = counts(false).map((count, i) => (i % 5 === 1 ? 0 : count));
  const soft = someSoft(some, temperature, random);
  const batch = batchOf(queries, epochOrder(queries, seed, 0), 0, 12);
  return { batch, soft };
}

const WEIGHTS = { prediction: 0.7, probes: 0.2 };

for (const seed of [21, 22, 23]) {
  test(`at temperature 1 hard and soft answers share one set of targets, as good as two (seed ${seed})`, () => {
    const { batch, soft } = someBatch(seed, 1);
    const { targets } = distilledTargets(softOf(soft, batch.at), batch, WEIGHTS);
    assert.equal(targets.length, 1);
    const joined = through(targets, batch.at.length);
    same(joined, plain(batch, soft, WEIGHTS));
    const chosen = [...batch.at].map((at) =>
      [...soft.answer.keys()].slice(soft.offset[at], soft.offset[at + 1]),
    );
    const offset = [0];
    for (const mine of chosen) offset.push(offset[offset.length - 1] + mine.length);
    const flat = chosen.flatMap((mine, i) => mine.map((j) => ({ j, i })));
    const softly = makeTargets(
      offset,
      flat.map(({ j }) => soft.answer[j]),
      (at) => {
        const { j, i } = flat[at];
        const isProbe = batch.offset[i] === batch.offset[i + 1];
        return (
          soft.probability[j] *
          soft.reliability[batch.at[i]] *
          (isProbe ? WEIGHTS.probes : WEIGHTS.prediction)
        );
      },
      { scale: 1 / batch.labelled },
    );
    same(joined, through([batch.targets, softly], batch.at.length));
  });

  test(`at temperature 2 soft answers count four times what they would unscaled (seed ${seed})`, () => {
    const { batch, soft } = someBatch(seed, 2);
    const { targets } = distilledTargets(softOf(soft, batch.at), batch, WEIGHTS);
    assert.equal(targets.length, 2);
    same(through(targets, batch.at.length), plain(batch, soft, WEIGHTS));
  });

  for (const temperature of [1, 2])
    test(`a probe's rows are penalised by the mass of its soft answers (seed ${seed}, T = ${temperature})`, () => {
      const { batch, soft } = someBatch(seed, temperature);
      const { mass } = distilledTargets(softOf(soft, batch.at), batch, WEIGHTS);
      const expected = [...batch.at].map((at, i) => {
        if (batch.offset[i] < batch.offset[i + 1]) return batch.mass[i];
        const sum = soft.probability
          .slice(soft.offset[at], soft.offset[at + 1])
          .reduce((total, p) => total + p, 0);
        return (sum * soft.reliability[at] * WEIGHTS.probes * temperature ** 2) / batch.labelled;
      });
      close(mass, expected, 'mass');
      assert.ok(
        expected.some((m, i) => m > 0 && batch.mass[i] === 0),
        'a probe with soft answers',
      );
    });
}

test('probes have a weight of their own, and so have the other queries', () => {
  const { batch, soft } = someBatch(21, 1);
  const loss = (prediction: number, probes: number) =>
    through(distilledTargets(softOf(soft, batch.at), batch, { prediction, probes }).targets, batch.at.length)
      .loss;
  const none = loss(0, 0);
  const [known, probes] = [loss(1, 0) - none, loss(0, 1) - none];
  assert.ok(known > 0.01 && probes > 0.01, `${known}, ${probes}`);
  close([loss(0.5, 3)], [none + 0.5 * known + 3 * probes], 'loss');
});
