import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { chosen } from '../../bench/peers/choice.js';
import { inOrder } from '../../bench/peers/gds/rank.js';
import { waysTables, withoutSelf } from '../../bench/peers/gds/ways.js';
import { bestOf, type Course } from '../../bench/peers/pykeen/course.js';
import { aloneFacts } from '../../bench/peers/pykeen/facts.js';
import { productJob, trainProduct } from '../../bench/peers/pykeen/product.js';
import { turnSeeds } from '../../bench/peers/pykeen/run.js';
import { SIDES, SPACE } from '../../bench/peers/pykeen/settings.js';
import { chosenOf, type Tried, tune } from '../../bench/peers/pykeen/tune.js';
import { keepTuned, readTuned, triedBefore } from '../../bench/peers/pykeen/tuned.js';
import { ratioOf, turnOf } from '../../bench/peers/pykeen/turns.js';
import { rankVectors, type Vectors } from '../../bench/peers/rankVectors.js';
import { KgmentorError } from '../../src/errors.js';
import { rankingQueries } from '../../src/evaluate/filters.js';
import type { RankingQueries } from '../../src/evaluate/types.js';
import { entityKey } from '../../src/kg/keys.js';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import type { Triples } from '../../src/kg/types.js';
import { newFolder, smallDbp5l } from './_smallDbp5l.js';

const says = (pattern: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && pattern.test(`${error.code} ${error.message}`);
const options = { data: '', target: 'el', tune: false, turns: 3, dim: 8, epochs: 5, seed: 1, json: false };

describe('the choice of a bench of peers', () => {
  it('is both, or the part that is named', () => {
    assert.deepEqual(chosen(options).parts, ['pykeen', 'gds']);
    assert.deepEqual(chosen({ ...options, only: 'gds' }).parts, ['gds']);
  });

  it('refuses what cannot be measured', () => {
    assert.throws(() => chosen({ ...options, only: 'hole' }), says(/^USAGE --only hole: one of pykeen, gds/));
    assert.throws(() => chosen({ ...options, turns: 0 }), says(/^USAGE --turns is 0/));
    assert.throws(() => chosen({ ...options, dim: 9 }), says(/^USAGE --dim is 9; an even number/));
    assert.throws(() => chosen({ ...options, only: 'gds', tune: true }), says(/^USAGE --tune/));
  });
});

describe('the time to PyKEEN’s best', () => {
  const course = (...values: number[]): Course =>
    values.map((value, i) => ({ epoch: i + 1, value, trainSeconds: i + 1, seconds: 2 * i + 2 }));

  it('ends at the first validation that is as good', () => {
    const { kgmentor, PyKEEN, ratio } = turnOf(course(0.1, 0.4, 0.3, 0.5), course(0.1, 0.2, 0.3, 0.4, 0.4));
    assert.deepEqual(kgmentor, { best: 0.5, epoch: 2, trainSeconds: 2, seconds: 4 });
    assert.deepEqual(PyKEEN, { best: 0.4, epoch: 4, trainSeconds: 4, seconds: 8 });
    assert.equal(ratio, 0.5);
  });

  it('is none where it was never reached, and then no bar is held', () => {
    const missed = turnOf(course(0.3), course(0.4));
    assert.equal(missed.ratio, null);
    assert.equal(missed.kgmentor.seconds, null);
    const held = turnOf(course(0.4), course(0.1, 0.4));
    assert.equal(ratioOf([missed, held, held]), 0.5);
    assert.equal(ratioOf([missed, missed, held]), Number.POSITIVE_INFINITY);
  });
});

describe('tuning', () => {
  it('tries nine settings, each rate and each penalty with both batches', () => {
    assert.equal(new Set(SPACE.map((one) => JSON.stringify(one))).size, 9);
    for (const name of ['learningRate', 'n3'] as const)
      for (const value of new Set(SPACE.map((one) => one[name])))
        assert.equal(new Set(SPACE.filter((one) => one[name] === value).map(({ batch }) => batch)).size, 2);
  });

  it('chooses each side’s setting by its validation MRR', () => {
    const tried = SPACE.flatMap((setting, i): Tried[] => [
      { side: 'kgmentor', ...setting, mrr: i === 4 ? 0.4 : 0.1, epoch: 1 },
      { side: 'PyKEEN', ...setting, mrr: 0.5 + i / 100, epoch: 1 },
    ]);
    assert.deepEqual(chosenOf(tried, 'kgmentor'), SPACE[4]);
    assert.deepEqual(chosenOf(tried, 'PyKEEN'), SPACE[8]);
  });

  it('lets no turn have its seed', () => {
    assert.deepEqual(turnSeeds(3, 1, 1), [2, 3, 4]);
    assert.deepEqual(turnSeeds(3, 0, 1), [0, 2, 3]);
    assert.deepEqual(turnSeeds(2, 5, 1), [5, 6]);
  });

  it('is kept by target and size, and asked for where there is none', () => {
    const file = path.join(newFolder(), 'tuned.json');
    const tuned = { target: 'el', dim: 8, seed: 1, epochs: 2, patience: 1, tried: [] } as const;
    const settings = { kgmentor: SPACE[1], PyKEEN: SPACE[2] };
    assert.throws(() => readTuned('el', 8, file), says(/^NO_DATA The two sides are not tuned for el/));
    keepTuned({ ...tuned, settings }, file);
    keepTuned({ ...tuned, dim: 16, settings }, file);
    keepTuned({ ...tuned, settings: { ...settings, PyKEEN: SPACE[3] } }, file);
    assert.deepEqual(readTuned('el', 8, file), { kgmentor: SPACE[1], PyKEEN: SPACE[3], seed: 1 });
    assert.deepEqual(readTuned('el', 16, file), { ...settings, seed: 1 });
    assert.throws(() => readTuned('ja', 8, file), says(/^NO_DATA/));
    keepTuned({ ...tuned, target: 'ja', settings: { kgmentor: SPACE[1] } }, file);
    assert.throws(() => readTuned('ja', 8, file), says(/^NO_DATA/));
  });

  it('goes on where an earlier one of the same budget was stopped', async () => {
    const file = path.join(newFolder(), 'tuned.json');
    const budget = { dim: 8, seed: 1, epochs: 1, patience: 1 };
    const wanted = { target: 'el', ...budget } as const;
    const earlier = SPACE.flatMap((setting) =>
      SIDES.map((side): Tried => ({ side, ...setting, mrr: 0.1, epoch: 1 })),
    );
    const missing = earlier.findIndex((one) => one.side === 'kgmentor' && one.batch === 512);
    const rest = earlier.filter((_, i) => i !== missing);
    keepTuned({ ...wanted, settings: {}, tried: rest }, file);
    assert.deepEqual(triedBefore(wanted, file), rest);
    assert.deepEqual(triedBefore({ ...wanted, epochs: 2 }, file), []);
    const kept: Tried[][] = [];
    const tried = await tune(
      smallDbp5l(),
      'el',
      { ...budget, threads: 1 },
      {
        earlier: triedBefore(wanted, file),
        keep: (all) => kept.push([...all]),
        say: () => {},
      },
    );
    assert.equal(kept.length, 1);
    assert.deepEqual(tried.slice(0, -1), rest);
    const { side, learningRate, n3, batch } = tried.at(-1) as Tried;
    const { mrr: _, epoch: __, ...expected } = earlier[missing];
    assert.deepEqual({ side, learningRate, n3, batch }, expected);
  });
});

describe('the student alone', () => {
  const facts = aloneFacts(smallDbp5l(), 'el');
  const budget = { dim: 8, seed: 1, threads: 1, epochs: 6, patience: 6 };

  it('has neither a teacher nor other sources', () => {
    const job = productJob(facts, SPACE[0], budget);
    assert.equal(job.teacher, undefined);
    assert.equal(job.queries.answer.length, 2 * facts.train.head.length);
    assert.equal(job.valid?.answer.length, facts.valid.head.length);
    assert.equal(job.settings.learningRate, SPACE[0].learningRate);
  });

  it('learns, and tells each validation with its time', async () => {
    const course = await trainProduct(facts, SPACE[0], budget);
    assert.deepEqual(
      course.map(({ epoch }) => epoch),
      [1, 2, 3, 4, 5, 6],
    );
    assert.ok(bestOf(course).value > course[0].value);
    for (const [i, { trainSeconds, seconds }] of course.entries()) {
      assert.ok(trainSeconds > 0 && seconds > 0);
      if (i > 0) assert.ok(trainSeconds > course[i - 1].trainSeconds && seconds > course[i - 1].seconds);
    }
  });
});

describe('vectors that know no relations', () => {
  const dim = 4;
  const entities = 9;
  const vectors = gaussians(entities * dim, 1, seededRandom(5));
  const column = (...values: number[]) => Int32Array.from(values);
  const train: Triples = { head: column(0, 1, 2, 3), relation: column(0, 0, 1, 1), tail: column(4, 5, 6, 2) };
  const asked: Triples = { head: column(0, 3, 8), relation: column(0, 1, 1), tail: column(5, 6, 8) };
  const queries = withoutSelf(rankingQueries(asked, [train], { relations: 2, directions: 'both' }));

  it('do not meet the asked node among the candidates, unless it is the answer', () => {
    const left = (i: number) => [
      ...queries.filter.entity.subarray(queries.filter.offset[i], queries.filter.offset[i + 1]),
    ];
    assert.deepEqual(left(0), [4, 0]);
    assert.deepEqual(left(1), [2, 3]);
    assert.deepEqual(left(2), []);
    assert.deepEqual(left(3), [1, 5]);
  });

  /** The same by the definition, query by query. */
  function plainRanks({ scoring, entity, relation }: Vectors, asked: RankingQueries): number[] {
    const score = (q: number, candidate: number) => {
      let sum = 0;
      for (let i = 0; i < dim; i++) {
        const x = entity[asked.entity[q] * dim + i] + relation[asked.relation[q] * dim + i];
        const y = entity[candidate * dim + i];
        sum += scoring.geometry === 'l2' ? -((x - y) ** 2) : x * y;
      }
      return sum;
    };
    return Array.from(asked.answer, (answer, q) => {
      const left = asked.filter.entity.subarray(asked.filter.offset[q], asked.filter.offset[q + 1]);
      let rank = 1;
      for (let e = 0; e < entities; e++)
        if (e !== answer && !left.includes(e) && score(q, e) > score(q, answer)) rank++;
      return rank;
    });
  }

  for (const way of ['cosine', 'distance, moved'] as const)
    it(`are ranked as by the definition: ${way}`, async () => {
      const tables = waysTables(way, vectors, dim, { train, relations: 2 });
      const { ranks } = await rankVectors(tables, { ranks: queries }, 1);
      assert.deepEqual([...ranks], plainRanks(tables, queries));
    });

  it('move by the mean difference of a relation’s known facts, and back for the head', () => {
    const { entity, relation } = waysTables('cosine, moved', vectors, dim, { train, relations: 2 });
    for (let i = 0; i < dim; i++) {
      const difference = (f: number) => entity[train.tail[f] * dim + i] - entity[train.head[f] * dim + i];
      const mean = (difference(0) + difference(1)) / 2;
      assert.ok(Math.abs(relation[i] - mean) < 1e-6);
      assert.ok(Math.abs(relation[2 * dim + i] + mean) < 1e-6);
    }
    for (let e = 0; e < entities; e++)
      assert.ok(Math.abs(Math.hypot(...entity.subarray(e * dim, (e + 1) * dim)) - 1) < 1e-6);
  });

  it('lie in the order of the keys, zeros where a node has none', () => {
    const keys = [2, 0, 1].map((id) => entityKey('X', [id]));
    const given = new Map([0, 2, 7].map((id) => [id, Float32Array.of(id + 1, 0)]));
    assert.deepEqual([...inOrder(given, keys, 'X', 2)], [3, 0, 1, 0, 0, 0]);
  });
});
