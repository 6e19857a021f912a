import '../_here.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { ENCODER_FACTS, ENCODER_NAMES, type EncoderName } from '../../src/encoders.js';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { tf } from '../../src/model/backend.js';
import { encoderOf } from '../../src/model/encoders/byName.js';
import type { Weights } from '../../src/model/encoders/encoder.js';
import { readTensors } from '../../src/model/safetensors.js';
import { files, type Job, writeJob } from '../../src/train/job.js';
import { runTraining } from '../../src/train/process.js';
import { folder, stopAtValidation, studentJob, teacherJob } from './_graph.js';

const SETTINGS = { heads: 2, pathLength: 2 };
const learn = (name: EncoderName) => (ENCODER_FACTS[name].kind === 'path' ? { learningRate: 0.02 } : {});

/** Chance is 0.11. A translation cannot walk round a ring. */
const LEAST: Readonly<Record<string, number>> = {
  ...Object.fromEntries(ENCODER_NAMES.map((name) => [name, 0.2])),
  transe: 0.14,
};

async function trained(job: Job, at = folder()): Promise<{ folder: string; best: number }> {
  writeJob(at, job);
  const { best } = await runTraining(at, { threads: 1 });
  return { folder: at, best: Number(best) };
}

const weightsOf = (at: string, file: string = files.model) =>
  Object.entries(readTensors(join(at, file)).tensors).map(([name, { data }]) => [
    name,
    Buffer.from(data.buffer),
  ]);

for (const name of ENCODER_NAMES) {
  test(`${name}: the queries' gradient is that of finite differences, by rows and by weights`, () => {
    tf.tidy(() => {
      const encoder = encoderOf(name, { dim: 4, layers: 2, heads: 2 });
      const [size, hops] = encoder.kind === 'path' ? [2, 2] : [3, 1];
      const visible = encoder.kind === 'path' ? (tf.tensor2d([1, 1, 0, 1], [4, 1]) as Tensor2D) : undefined;
      const numbers = (shape: readonly number[], seed: number) => {
        const count = shape.reduce((a, b) => a * b, 1);
        return tf.tensor(gaussians(count, 0.7, seededRandom(seed)), [...shape]);
      };
      const inputs: Record<string, Tensor> = {
        entity: numbers([size * hops, encoder.width.entity], 1),
        relation: numbers([size * hops, encoder.width.relation], 2),
        ...Object.fromEntries(encoder.weights.map(({ name, shape }, i) => [name, numbers(shape, 10 + i)])),
      };
      const names = Object.keys(inputs);
      const direction = numbers([size * hops, encoder.width.query], 3);
      const loss = (...tensors: Tensor[]): Scalar => {
        const given = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
        const { entity, relation, ...weights } = given;
        const { query } = encoder.forward(entity as Tensor2D, relation as Tensor2D, weights as Weights, {
          size,
          hops,
          ...(visible && { visible }),
        });
        return tf.sum(tf.mul(query, direction)) as Scalar;
      };
      const all = names.map((name) => inputs[name]);
      const { grads } = tf.valueAndGrads(loss)(all);
      for (const [k, input] of all.entries()) {
        const values = Float32Array.from(input.dataSync() as Float32Array);
        const gradient = grads[k].dataSync();
        for (let i = 0; i < values.length; i += Math.max(1, Math.floor(values.length / 9))) {
          const at = (by: number) => {
            const moved = values.slice();
            moved[i] += by;
            return loss(...all.map((x, j) => (j === k ? tf.tensor(moved, input.shape) : x))).dataSync()[0];
          };
          const expected = (at(5e-3) - at(-5e-3)) / 1e-2;
          assert.ok(
            Math.abs(gradient[i] - expected) < 3e-2 * Math.max(1, Math.abs(expected)),
            `${names[k]} ${i}: ${gradient[i]}, by differences ${expected}`,
          );
        }
      }
    });
  });

  test(`${name}: trains, teaches and learns, and goes on from a checkpoint bit for bit`, async () => {
    const settings = { ...SETTINGS, ...learn(name), encoder: name };
    const teacher = await trained(teacherJob({ ...settings, epochs: 24, patience: 12 }));
    assert.ok(teacher.best > LEAST[name], `validation MRR ${teacher.best}`);

    // As a teacher of a triple student, and as a student of a triple teacher.
    const complexTeacher = await trained(teacherJob({ epochs: 8 }));
    const distilled = await trained(studentJob(teacher.folder));
    const alone = await trained(studentJob(undefined));
    assert.notDeepEqual(weightsOf(distilled.folder), weightsOf(alone.folder));
    const long = { ...settings, epochs: 4, evaluateEvery: 1, patience: 9 };
    const student = await trained(studentJob(complexTeacher.folder, long));
    const own = await trained(studentJob(undefined, long));
    assert.notDeepEqual(weightsOf(student.folder), weightsOf(own.folder));

    const same = await trained(studentJob(teacher.folder, long));
    const stopped = folder();
    await stopAtValidation(stopped, studentJob(teacher.folder, long));
    await runTraining(stopped, { threads: 1, resume: true });
    assert.deepEqual(weightsOf(stopped, files.checkpoint), weightsOf(same.folder, files.checkpoint));
    const epochs = (at: string) =>
      readFileSync(join(at, files.trace), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"epoch"')).length;
    assert.equal(epochs(stopped), epochs(same.folder));
  });
}
