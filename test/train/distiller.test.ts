import '../_here.js';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../src/model/backend.js';
import { createModel, pathRows, readWeights } from '../../src/model/model.js';
import { gatherRows } from '../../src/model/ops.js';
import { readTensors } from '../../src/model/safetensors.js';
import { type Batch, batchOf, epochOrder } from '../../src/train/batches.js';
import { type Distiller, distillerOf } from '../../src/train/distiller.js';
import { loadTeacher } from '../../src/train/frozenTeacher.js';
import { files, type Job, type TeacherLink, writeJob } from '../../src/train/job.js';
import { runTraining } from '../../src/train/process.js';
import { shapeOf } from '../../src/train/trainer.js';
import { walkGraphOf, walkingBatches } from '../../src/train/walkingBatches.js';
import { folder, RELATIONS, ROWS, studentJob, teacherJob } from './_graph.js';

const PATHS = {
  encoder: 'transformer',
  dim: 8,
  heads: 2,
  layers: 2,
  learningRate: 0.02,
  pathLength: 3,
} as const;
const WEIGHTS = { feature: 1, network: 1, prediction: 1, top: 8 };

/** A student of the teacher's own shape that begins as the teacher is, on a batch of walks. */
function twin(job: Job, teacher: string) {
  const start = readTensors(join(teacher, files.model)).tensors;
  const model = createModel(shapeOf(job), { seed: 1, deviation: 0.1, slots: 1, start });
  const distiller = distillerOf(job, model) as Distiller;
  const graph = walkGraphOf(job.queries, ROWS, RELATIONS);
  const short = batchOf(job.queries, epochOrder(job.queries, 1, 0), 0, 16);
  const batch = walkingBatches(graph, job.settings)(short, 0, 0);
  return { model, distiller, batch };
}

const everything: TeacherLink = {
  folder: '',
  row: Int32Array.from({ length: ROWS }, (_, i) => i),
  relation: Int32Array.from({ length: 2 * RELATIONS }, (_, i) => i),
};

/** Figures of all losses with projections that change nothing. */
function figures({ model, distiller, batch }: ReturnType<typeof twin>): number[] {
  return tf.tidy(() => {
    const { rows, shape } = pathRows(batch);
    const entity = gatherRows(model.entity.value, tf.tensor1d(rows, 'int32'));
    const relation = gatherRows(model.relation.value, tf.tensor1d(batch.relation, 'int32'));
    const activations = model.encoder.forward(entity, relation, readWeights(model), shape);
    const same = tf.eye(8) as Tensor2D;
    const projection = Object.fromEntries(
      Object.keys(distiller.projections(1)).map((name) => [name, same] as const),
    );
    return distiller
      .losses(
        batch,
        0,
      )({ entity, relation, activations, projection })
      .map((loss) => loss.dataSync()[0]);
  }) as unknown as number[];
}

describe('distillation from a path teacher to a path student', () => {
  let teacher: string;
  before(async () => {
    teacher = folder();
    writeJob(teacher, teacherJob({ ...PATHS, epochs: 8 }));
    await runTraining(teacher, { threads: 1 });
  });
  const jobOf = (link: Partial<TeacherLink> = {}): Job => ({
    ...studentJob(teacher, { ...PATHS, distillation: WEIGHTS }),
    teacher: { ...everything, folder: teacher, ...link },
  });

  it('costs nothing where the student is the teacher: features, states layer by layer, attention', () => {
    const losses = figures(twin(jobOf(), teacher));
    assert.equal(losses.length, 5, 'features, two layers of states, two of attention');
    for (const loss of losses) assert.ok(Math.abs(loss) < 1e-4, String(losses));
  });

  it('compares nothing where the teacher knows no relation', () => {
    const unknown = { relation: new Int32Array(2 * RELATIONS).fill(-1) };
    const [, ...network] = figures(twin(jobOf(unknown), teacher));
    assert.deepEqual(network, [0, 0, 0, 0]);
  });

  it('gives its answers at each position that it can be asked at, as its own softmax has them', () => {
    const link = { row: everything.row.map((row) => (row % 4 === 1 ? -1 : row)) };
    const job = jobOf(link);
    const { batch, distiller } = twin(job, teacher);
    const soft = distiller.soft(batch);
    assert.ok(soft);
    assert.equal(soft.offset.length, batch.relation.length + 1);
    const frozen = loadTeacher({ ...everything, ...link, folder: teacher });
    const asked = frozen.asked(batch);
    const linked = Int32Array.from([...link.row.keys()].filter((row) => link.row[row] >= 0));
    const plain = tf.tidy(() => {
      const scores = frozen.scores(frozen.activations(batch).query, linked);
      return tf.softmax(tf.div(scores, soft.calibrated)).arraySync() as number[][];
    });
    let later = 0;
    for (const [p, isAsked] of asked.entries()) {
      const from: number = soft.offset[p];
      const to: number = soft.offset[p + 1];
      assert.equal(to > from, isAsked === 1, `position ${p}`);
      const best = [...plain[p]].sort((a, b) => b - a);
      for (let j = from; j < to; j++) {
        assert.ok(Math.abs(soft.probability[j] - best[j - from]) < 1e-4);
        assert.ok(Math.abs(plain[p][linked.indexOf(soft.answer[j])] - soft.probability[j]) < 1e-4);
      }
      later += Number(p >= batch.size && isAsked === 1);
    }
    assert.ok(later > 0, 'later positions are asked');
    frozen.dispose();
  });

  it('hides from the teacher what it has not learned, and asks on', () => {
    const frozen = loadTeacher({
      ...everything,
      row: everything.row.map(() => -1).fill(3, 0, 1),
      folder: teacher,
    });
    const paths = { size: 1, hops: 2, entity: Int32Array.of(0, 7), relation: Int32Array.of(1, 2) } as Batch;
    assert.deepEqual([...frozen.asked(paths)], [1, 1]);
    const [shown, hidden] = tf.tidy(() =>
      [paths, { ...paths, entity: Int32Array.of(0, -1) }].map((one) =>
        frozen.activations(one).query.arraySync(),
      ),
    ) as unknown as [number[][], number[][]];
    assert.deepEqual(shown, hidden);
    assert.deepEqual([...frozen.asked({ ...paths, entity: Int32Array.of(7, 0) })], [0, 0]);
    frozen.dispose();
  });
});
