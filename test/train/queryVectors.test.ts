import '../_here.js';
import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tidied } from '../../src/model/backend.js';
import { disposeModel, queriesOf, restoreModel } from '../../src/model/model.js';
import { readTensors } from '../../src/model/safetensors.js';
import { files, writeJob } from '../../src/train/job.js';
import { runTraining } from '../../src/train/process.js';
import { queryVector } from '../../src/train/queryVectors.js';
import { shapeOf } from '../../src/train/trainer.js';
import { folder, RELATIONS, teacherJob } from './_graph.js';

async function trained(settings: object) {
  const at = folder();
  const job = teacherJob({ epochs: 1, dim: 8, heads: 2, pathLength: 2, ...settings });
  writeJob(at, job);
  await runTraining(at, { threads: 1 });
  const { tensors } = readTensors(join(at, files.model));
  const row = (name: string, i: number) => {
    const [, width] = tensors[name].shape;
    return [...tensors[name].data.slice(i * width, (i + 1) * width)];
  };
  return { at, job, tensors, row };
}

for (const encoder of ['transformer', 'rotate'])
  test(`the process gives the query of a run's ${encoder} along a path`, async () => {
    const { at, job, tensors, row } = await trained({ encoder });
    const relation = encoder === 'transformer' ? [1, RELATIONS + 2, 0] : [RELATIONS + 2];
    const found = await queryVector(at, {
      entity: row('entity', 7),
      relations: relation.map((r) => row('relation', r)),
    });
    const model = restoreModel(shapeOf(job), tensors);
    const wanted = tidied(() => {
      const entity = Int32Array.from(relation, (_, hop) => (hop === 0 ? 7 : -1));
      const paths = { size: 1, hops: relation.length, entity, relation: Int32Array.from(relation) };
      return Array.from(queriesOf(model, paths).dataSync()).slice(-8);
    });
    disposeModel(model);
    assert.equal(found.length, 8);
    found.forEach((x, i) => {
      assert.ok(Math.abs(x - wanted[i]) < 1e-6, `${x}, ${wanted[i]}`);
    });
  });

test('a question that does not fit the model, or a model that is cut off, is refused', async () => {
  const { at, row } = await trained({ encoder: 'gru' });
  const ask = (entity: number[]) => queryVector(at, { entity, relations: [row('relation', 0)] });
  await assert.rejects(ask([1, 2]), { code: 'BAD_DATA', message: /2 numbers, 8 expected/, next: /Publish/ });
  truncateSync(join(at, files.model), 100);
  await assert.rejects(ask(row('entity', 0)), { code: 'BAD_DATA', message: /not a whole safetensors/ });
});
