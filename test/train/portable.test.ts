/** The portable backend against the native one, each in a training process of its own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENCODER_FACTS, ENCODER_NAMES } from '../../src/encoders.js';
import { readTensors } from '../../src/model/safetensors.js';
import { files, type Job, writeJob } from '../../src/train/job.js';
import type { ChildMessage } from '../../src/train/messages.js';
import { runTraining } from '../../src/train/process.js';
import { folder, stopAtValidation, studentJob, teacherJob } from './_graph.js';

/** `plain` is native without kernels. */
type Backend = 'native' | 'plain' | 'wasm';

/** Work in processes that are told their backend by the environment. */
async function on<T>(backend: Backend, work: () => Promise<T>): Promise<T> {
  process.env.KGMENTOR_BACKEND = backend === 'wasm' ? 'wasm' : 'native';
  if (backend === 'plain') process.env.KGMENTOR_KERNELS = 'off';
  try {
    return await work();
  } finally {
    delete process.env.KGMENTOR_BACKEND;
    delete process.env.KGMENTOR_KERNELS;
  }
}

interface Told {
  readonly at: string;
  readonly losses: number[];
  readonly values: number[];
  readonly backend?: string;
  readonly gpu?: boolean;
  readonly without?: string;
}

const train = (backend: Backend, job: Job, at = folder()): Promise<Told> =>
  on(backend, async () => {
    writeJob(at, job);
    const told: ChildMessage[] = [];
    await runTraining(at, { threads: 1, onMessage: (message) => told.push(message) });
    return {
      at,
      losses: told.flatMap((m) => (m.type === 'epoch' ? [m.loss] : [])),
      values: told.flatMap((m) => (m.type === 'evaluated' ? [m.value] : [])),
      backend: told.flatMap((m) => (m.type === 'device' ? [m.backend] : []))[0],
      gpu: told.flatMap((m) => (m.type === 'device' ? [m.gpu] : []))[0],
      without: told.flatMap((m) => (m.type === 'device' ? [m.withoutKernels] : []))[0],
    };
  });

/** Within a thousandth, of the number itself where that is over 1. */
function near(found: readonly number[], expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, x] of found.entries())
    assert.ok(
      Math.abs(x - expected[i]) <= 1e-3 * Math.max(1, Math.abs(expected[i])),
      `${i}: ${x}, natively ${expected[i]}`,
    );
}

const short = { epochs: 2, evaluateEvery: 1, patience: 9, heads: 2, pathLength: 2 };

for (const name of ENCODER_NAMES)
  test(`${name}: a teacher and its student lose on WebAssembly, and the teacher without kernels, what they lose natively`, async () => {
    const own = { ...short, encoder: name };
    const native = await train('native', teacherJob(own));
    const portable = await train('wasm', teacherJob(own));
    assert.equal(native.backend, 'tensorflow');
    assert.equal(portable.backend, 'wasm');
    assert.equal(native.losses.length, 2);
    near(portable.losses, native.losses);
    near(portable.values, native.values);
    if (!native.gpu) {
      const plain = await train('plain', teacherJob(own));
      assert.equal(plain.without, 'KGMENTOR_KERNELS is off');
      near(plain.losses, native.losses);
      near(plain.values, native.values);
    }
    // Each reads the teacher of the other.
    const student = { ...own, encoder: ENCODER_FACTS[name].kind === 'path' ? name : 'complex' };
    const { losses } = await train('native', studentJob(native.at, student));
    near((await train('wasm', studentJob(native.at, student))).losses, losses);
    near((await train('native', studentJob(portable.at, student))).losses, losses);
  });

test('against a few shared negatives training loses on WebAssembly what it loses natively', async () => {
  for (const own of [{ encoder: 'complex' }, { encoder: 'gru', n3: 0.01 }] as const) {
    const job = () => teacherJob({ ...short, ...own, negatives: 8 });
    const [native, portable] = [await train('native', job()), await train('wasm', job())];
    near(portable.losses, native.losses);
    near(portable.values, native.values);
  }
});

test('a training that was stopped on one backend goes on from its checkpoint on the other', async () => {
  const job = () => teacherJob({ ...short, epochs: 4, encoder: 'complex', optimiser: 'adam' });
  const whole = await train('native', job());
  for (const [first, second] of [
    ['wasm', 'native'],
    ['native', 'wasm'],
  ] as const) {
    const at = folder();
    await on(first, () => stopAtValidation(at, job()));
    await on(second, () => runTraining(at, { threads: 1, resume: true }));
    const [found, expected] = [at, whole.at].map((one) => readTensors(join(one, files.model)).tensors);
    assert.deepEqual(Object.keys(found), Object.keys(expected));
    for (const [name, { data }] of Object.entries(expected))
      for (const [i, x] of (data as Float32Array).entries())
        assert.ok(
          Math.abs(Number(found[name].data[i]) - x) < 2e-3,
          `${name} ${i}: ${found[name].data[i]}, ${x}`,
        );
  }
});
