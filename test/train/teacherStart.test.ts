import '../_here.js';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { readTensors } from '../../src/model/safetensors.js';
import { loadTeacher } from '../../src/train/frozenTeacher.js';
import { files, writeJob } from '../../src/train/job.js';
import type { ChildMessage } from '../../src/train/messages.js';
import { runTraining } from '../../src/train/process.js';
import { teacherStart } from '../../src/train/teacherStart.js';
import { folder, RELATIONS, ROWS, ring, studentJob, teacherJob, withFacts } from './_graph.js';

const DIM = 16;

const { train } = ring(ROWS, RELATIONS, 0.5, 2);

for (const [encoder, parts] of [
  ['complex', 2],
  ['distmult', 1],
] as const)
  describe(`the start of a ${encoder} student`, () => {
    const taught = folder();
    const at = withFacts(folder(), train, ROWS);
    const job = (settings: object = {}) => studentJob(taught, { encoder, start: 'teacher', ...settings });
    before(async () => {
      writeJob(taught, teacherJob({ encoder, dim: DIM }));
      await runTraining(taught, { threads: 1 });
    });
    const table = (name: string) => {
      const { shape, data } = readTensors(join(taught, files.model)).tensors[name];
      return (row: number, k: number) => (data as Float32Array)[row * shape[1] + k];
    };
    const begun = (settings: object = {}) => teacherStart(at, job(settings)) ?? assert.fail('no start');

    it('has whole columns of its teacher, the same for entities and relations, and other rows at random', () => {
      const { start, taken } = begun();
      const { row, relation } = job().teacher ?? assert.fail('no teacher');
      assert.equal(taken.dimensions, 8 / parts);
      assert.equal(taken.of, DIM / parts);
      const columns = [...Array(8).keys()].map((k) =>
        [...Array(DIM).keys()].filter((from) =>
          row.every((r, i) => r < 0 || start.entity.data[i * 8 + k] === table('entity')(r, from)),
        ),
      );
      assert.ok(columns.every(({ length }) => length === 1));
      const from = columns.flat();
      assert.equal(new Set(from).size, 8);
      // Both parts of a complex number come along.
      for (let k = 0; k < 8 / parts; k++)
        for (let part = 1; part < parts; part++)
          assert.equal(from[k + (part * 8) / parts], from[k] + (part * DIM) / parts);
      for (const [i, r] of relation.entries())
        if (r >= 0)
          for (const [k, column] of from.entries())
            assert.equal(start.relation.data[i * 8 + k], table('relation')(r, column));
      const unknown = [...row.keys()].filter((i) => row[i] < 0);
      assert.ok(unknown.length > 0);
      for (const i of unknown) {
        const mine = [...(start.entity.data as Float32Array).subarray(i * 8, i * 8 + 8)];
        assert.ok(mine.every((x) => x !== 0 && Math.abs(x) < 1));
      }
    });

    it('takes the dimensions that say most: no other choice of as many says more', () => {
      const shares = [2, 4, 8, 16].map((dim) => begun({ dim }).taken.share);
      for (let i = 1; i < shares.length; i++) assert.ok(shares[i] >= shares[i - 1]);
      assert.ok(shares[0] > 2 / DIM, `${shares[0]} of one dimension or two is more than a mean one`);
      assert.ok(Math.abs(shares[3] - 1) < 1e-9);
    });

    it('of more numbers than the teacher has all of its dimensions, and the rest at random', () => {
      const { start, taken } = begun({ dim: 32 });
      assert.equal(taken.dimensions, DIM / parts);
      assert.ok(Math.abs(taken.share - 1) < 1e-9);
      const row = (start.entity.data as Float32Array).subarray(32, 64);
      assert.ok(row.every((x) => x !== 0));
    });

    it('is better than a random one from the first epoch, and told of', async () => {
      const first = async (start: string) => {
        const run = withFacts(folder(), train, ROWS);
        writeJob(
          run,
          job({ start, dim: 8, epochs: 1, distillation: { feature: 0, network: 0, prediction: 0 } }),
        );
        const told: unknown[] = [];
        const result = await runTraining(run, {
          threads: 1,
          onMessage: (message) => message.type === 'started' && told.push(message),
        });
        return { best: result.best ?? 0, told, start: result.start };
      };
      const [known, random] = [await first('teacher'), await first('random')];
      assert.ok(known.best > random.best + 0.05, `${known.best} against ${random.best}`);
      assert.deepEqual(known.told, [{ type: 'started', ...known.start }]);
      assert.deepEqual([random.told, random.start], [[], undefined]);
    });

    it('is told of a training that was stopped and resumed as well', async () => {
      const run = withFacts(folder(), train, ROWS);
      writeJob(run, job({ dim: 8, epochs: 40, patience: 1000 }));
      const stopper = new AbortController();
      const told: ChildMessage[] = [];
      const stopped = runTraining(run, {
        threads: 1,
        signal: stopper.signal,
        onMessage: (message) => {
          if (message.type === 'started') told.push(message);
          if (message.type === 'epoch') stopper.abort();
        },
      });
      await assert.rejects(stopped, { code: 'INTERRUPTED' });
      assert.equal(told.length, 1);
      const { start } = await runTraining(run, { threads: 1, resume: true });
      assert.deepEqual({ type: 'started', ...start }, told[0]);
    });

    it('says of a teacher that is gone that it is the teacher', () => {
      const { teacher, ...rest } = job();
      assert.ok(teacher);
      const gone = { ...rest, teacher: { ...teacher, folder: join(taught, 'gone') } };
      const says = { code: 'BAD_DATA', message: /^The student's teacher is gone: / };
      assert.throws(() => teacherStart(at, gone), says);
      assert.throws(() => loadTeacher(gone.teacher), says);
    });

    it('is random on request, beside a teacher of another encoder and where no link leads to it', () => {
      assert.equal(teacherStart(at, job({ start: 'random' })), undefined);
      assert.equal(teacherStart(at, job({ encoder: 'transe' })), undefined);
      assert.equal(
        teacherStart(at, job({ encoder: encoder === 'complex' ? 'distmult' : 'complex' })),
        undefined,
      );
      assert.equal(teacherStart(at, studentJob(undefined, { start: 'teacher' })), undefined);
      const { teacher, ...rest } = job();
      assert.ok(teacher);
      const unlinked = { ...teacher, row: teacher.row.map(() => -1) };
      assert.equal(teacherStart(at, { ...rest, teacher: unlinked }), undefined);
    });
  });
