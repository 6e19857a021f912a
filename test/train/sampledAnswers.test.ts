import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { everyRow, negativeSampler } from '../../src/kg/negatives.js';
import { seededRandom } from '../../src/kg/random.js';
import { createModel, disposeModel, modelTensors } from '../../src/model/model.js';
import { writeTensors } from '../../src/model/safetensors.js';
import type { SoftTargets } from '../../src/train/answers.js';
import { type Batch, batchOf, epochOrder } from '../../src/train/batches.js';
import { type Distiller, distillerOf } from '../../src/train/distiller.js';
import { isAnsweredBySample } from '../../src/train/isAnsweredBySample.js';
import { files, type Job } from '../../src/train/job.js';
import { frequencies } from '../../src/train/stepRows.js';
import { createTrainer, shapeOf } from '../../src/train/trainer.js';
import { walkGraphOf, walkingBatches } from '../../src/train/walkingBatches.js';
import { folder, ROWS, studentJob, teacherJob } from './_graph.js';

const SIZE = 24;

/** A teacher that has learned nothing, and is not sure of anything. */
function randomTeacher(settings: object = {}): string {
  const at = folder();
  const shape = shapeOf(teacherJob(settings));
  const model = createModel(shape, { seed: 3, deviation: 0.5, slots: 0 });
  const { encoder, geometry, dim, layers, heads } = shape;
  writeTensors(path.join(at, files.model), modelTensors(model), {
    encoder,
    geometry,
    dim: String(dim),
    layers: String(layers),
    heads: String(heads),
  });
  disposeModel(model);
  return at;
}

/** A student whose teacher keeps all answers, or chooses among samples. */
const jobOf = (teacher: string, settings: object, candidates?: 'sample'): Job =>
  studentJob(teacher, {
    ...settings,
    distillation: { prediction: 1, top: ROWS, ...(candidates && { candidates }) },
  });

function distillerFor(job: Job): Distiller {
  const model = createModel(shapeOf(job), { seed: 1, deviation: 0.1, slots: 1 });
  return distillerOf(job, model) as Distiller;
}

/** An answer's probability by position and entity. */
function byEntity({ offset, answer, probability }: SoftTargets, p: number): Map<number, number> {
  const at = [...answer.keys()].slice(offset[p], offset[p + 1]);
  return new Map(at.map((j) => [answer[j], probability[j]]));
}

function near(found: SoftTargets, expected: SoftTargets): void {
  assert.deepEqual(found.offset, expected.offset);
  assert.equal(found.calibrated, expected.calibrated);
  for (const name of ['probability', 'reliability'] as const)
    for (const [i, value] of expected[name].entries())
      assert.ok(Math.abs(found[name][i] - value) < 1e-4, `${name} ${i}`);
}

describe('a teacher that chooses its answers among a step’s sample', () => {
  let triples: string;
  let paths: string;
  before(() => {
    triples = randomTeacher();
    paths = randomTeacher({ encoder: 'gru', pathLength: 3 });
  });

  for (const encoder of ['complex', 'gru'])
    it(`of all rows gives a ${encoder} student the answers that are kept, at all positions`, () => {
      const teacher = encoder === 'gru' ? paths : triples;
      const job = jobOf(teacher, { encoder, pathLength: 3 });
      const short = batchOf(job.queries, epochOrder(job.queries, 1, 0), 0, SIZE);
      const walks = walkingBatches(walkGraphOf(job.queries, ROWS, job.relations), job.settings);
      const batch = encoder === 'gru' ? walks(short, 0, 0) : short;
      const [kept, sampled] = [job, jobOf(teacher, { encoder, pathLength: 3 }, 'sample')].map(distillerFor);
      assert.deepEqual([kept.isSampled, sampled.isSampled], [false, true]);
      const expected = kept.soft(batch) as SoftTargets;
      assert.ok(expected.answer.length > SIZE);
      near(sampled.soft(batch, everyRow(ROWS)) as SoftTargets, expected);
    });

  it('estimates its answers among all', () => {
    const job = jobOf(triples, { negatives: 10 }, 'sample');
    const batch = batchOf(job.queries, epochOrder(job.queries, 1, 0), 0, 10);
    const [kept, sampled] = [jobOf(triples, {}), job].map(distillerFor);
    const expected = kept.soft(batch) as SoftTargets;
    const sampler = negativeSampler(ROWS, 10, frequencies(job));
    const draws = 400;
    const sums = Array.from(batch.at, () => new Map<number, number>());
    const reliability = new Float64Array(batch.size);
    for (let i = 0; i < draws; i++) {
      const sample = sampler.draw([batch.entity, batch.answer], seededRandom(1, i));
      assert.ok(sample.rows.length < 0.8 * ROWS, 'not all are there');
      const soft = sampled.soft(batch, sample) as SoftTargets;
      for (const [p, sum] of sums.entries()) {
        for (const [row, value] of byEntity(soft, p)) sum.set(row, (sum.get(row) ?? 0) + value / draws);
        reliability[p] += soft.reliability[p] / draws;
      }
    }
    const ofKnown = (of: (p: number) => ReadonlyMap<number, number>) =>
      [...batch.at.keys()].flatMap((p) =>
        [...batch.answer.subarray(batch.offset[p], batch.offset[p + 1])].map((row) => of(p).get(row) ?? 0),
      );
    const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    const probability = total(ofKnown((p) => sums[p])) / total(ofKnown((p) => byEntity(expected, p)));
    assert.ok(Math.abs(probability - 1) < 0.2, `known answers have ${probability} of their probability`);
    const ranked = total(reliability) / total(expected.reliability);
    assert.ok(Math.abs(ranked - 1) < 0.1, `${ranked} of the reliability`);
  });

  it('gives probes the reliability of their relation’s queries', () => {
    const job = jobOf(triples, {}, 'sample');
    const { queries } = job;
    const batch = batchOf(queries, epochOrder(queries, 1, 0), 0, SIZE);
    const probe: Batch = { ...batch, offset: new Int32Array(SIZE + 1), answer: new Int32Array(0) };
    const distiller = distillerFor(job);
    const all = batchOf(queries, epochOrder(queries, 1, 0), 0, queries.entity.length);
    const known = distiller.soft(all, everyRow(ROWS)) as SoftTargets;
    const asked = [...all.relation.keys()].filter(
      (p) => known.offset[p] < known.offset[p + 1] && known.reliability[p] > 0,
    );
    const soft = distiller.soft(probe, everyRow(ROWS)) as SoftTargets;
    let probes = 0;
    for (const [p, relation] of batch.relation.entries()) {
      if (soft.offset[p] === soft.offset[p + 1]) continue;
      const same = asked.filter((q) => all.relation[q] === relation);
      const mean = same.reduce((sum, q) => sum + known.reliability[q], 0) / same.length;
      assert.ok(Math.abs(soft.reliability[p] - mean) < 1e-4, `${soft.reliability[p]}, ${mean}`);
      probes++;
    }
    assert.ok(probes > 5);
  });

  it('teaches the same step as the kept answers where a step compares with all entities', () => {
    const losses = [jobOf(triples, {}), jobOf(triples, {}, 'sample')].map((job) => {
      const trainer = createTrainer(job);
      const batch = batchOf(job.queries, epochOrder(job.queries, 1, 0), 0, SIZE);
      const loss = [1, 2, 3].map((count) => trainer.step(batch, { share: 0, count }));
      trainer.dispose();
      return loss;
    });
    for (const [i, loss] of losses[0].entries()) assert.ok(Math.abs(loss - losses[1][i]) < 1e-4);
  });
});

it('all linked entities are candidates up to 100,000, and the sample beyond, unless it is said', () => {
  const linked = (rows: number, settings: object = {}, candidates?: 'all' | 'sample') => {
    const job = jobOf('nowhere', settings);
    const row = new Int32Array(rows);
    const { distillation } = job.settings as { distillation: object };
    const of = { ...job, rows, teacher: { folder: '', row, relation: new Int32Array(0) } };
    return isAnsweredBySample(of, { ...distillation, candidates } as Parameters<
      typeof isAnsweredBySample
    >[1]);
  };
  assert.equal(linked(100_000), false);
  assert.equal(linked(100_001), true);
  assert.equal(linked(100_001, { negatives: 0 }), false, 'a step without a sample');
  assert.equal(linked(100_001, {}, 'all'), false);
  assert.equal(linked(10, {}, 'sample'), true);
});
