import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KgmentorError } from '../../../src/errors.js';
import { addJobs } from '../../../src/operate/queue/add.js';
import { idOf } from '../../../src/operate/queue/jobs.js';
import { type OpenQueue, openQueue } from '../../../src/operate/queue/open.js';
import { removeJob, retryJobs, showJob, showQueue } from '../../../src/operate/queue/show.js';
import { runWorker, type WorkerEvent, type WorkerOptions } from '../../../src/operate/queue/worker.js';
import { startRedis } from '../../../src/setup/redis.js';
import { useRedis } from '../../_redis.js';
import { student, teacher } from './_jobs.js';

const redis = useRedis();
const place = { runs: 'runs', folder: '.', connection: { uri: 'bolt://localhost:1' } };
type Perform = NonNullable<WorkerOptions['perform']>;

/** Works a queue off with a stand-in for the trainings; what the worker told. */
async function drain(
  name: string,
  perform: Perform,
  more: Partial<WorkerOptions> = {},
): Promise<WorkerEvent[]> {
  const events: WorkerEvent[] = [];
  await runWorker(
    { url: redis.server.url, name },
    { place, perform, drain: true, ...more, onEvent: (event) => events.push(event) },
  );
  return events;
}

async function inQueue(name: string, work: (queue: OpenQueue) => Promise<void>): Promise<void> {
  const queue = await openQueue({ url: redis.server.url, name });
  try {
    await work(queue);
  } finally {
    await queue.close();
  }
}

const done: Perform = async (job) => ({ run: idOf(job) });

describe('a queue', () => {
  it('holds the same job once, however often and however many at once add it', () =>
    inQueue('once', async (queue) => {
      const job = student('a');
      await Promise.all([1, 2, 3, 4].map(() => addJobs(queue, { students: [job] })));
      const { counts, jobs } = await showQueue(queue);
      assert.equal(counts.waiting, 1);
      assert.equal(jobs[0].id, idOf(job));
      const asked: string[] = [];
      await drain('once', async (one) => {
        asked.push(idOf(one));
        return { run: idOf(one) };
      });
      assert.deepEqual(await addJobs(queue, { students: [job] }), [
        { id: idOf(job), kind: 'student', target: 'films', state: 'completed' },
      ]);
      await drain('once', done);
      assert.deepEqual(asked, [idOf(job)]);
    }));

  it('does a teacher before its students and the report last, which tells of one that failed', () =>
    inQueue('flow', async (queue) => {
      const first = teacher('t');
      const students = ['a', 'b', 'c'].map((digest) => student(digest, { teacher: idOf(first) }));
      const added = await addJobs(queue, { teacher: first, students });
      assert.equal(added.length, 5);
      const order: string[] = [];
      await drain(
        'flow',
        async (job) => {
          await sleep(job.kind === 'teacher' ? 200 : 10);
          order.push(job.dataDigest);
          if (job.dataDigest === 'b') throw new KgmentorError('NO_DATA', 'Nothing to train on.');
          return { run: idOf(job) };
        },
        { parallel: 3 },
      );
      assert.equal(order[0], 't');
      assert.deepEqual(order.slice(1).sort(), ['a', 'b', 'c']);
      const report = await showJob(queue, added[4].id);
      assert.equal(report.state, 'completed');
      assert.deepEqual(report.result, {
        teacher: idOf(first),
        students: students.map((job) => ({
          id: idOf(job),
          target: 'films',
          ...(job.dataDigest === 'b' ? { reason: 'Nothing to train on.' } : { result: { run: idOf(job) } }),
        })),
      });
      const again = await addJobs(queue, { teacher: first, students });
      assert.deepEqual(
        again.map(({ state }) => state),
        ['completed', 'completed', 'failed', 'completed', 'completed'],
      );
      assert.equal((await showQueue(queue)).counts.waiting, 0);
    }));

  it('lets no report wait for a teacher that failed', () =>
    inQueue('failed', async (queue) => {
      const [, , report] = await addJobs(queue, { teacher: teacher('t'), students: [student('a')] });
      await drain('failed', async () => {
        throw new KgmentorError('NO_DATA', 'Nothing to train on.');
      });
      const { state, reason } = await showJob(queue, report.id);
      assert.equal(state, 'failed');
      assert.match(reason ?? '', /failed/);
    }));

  it('keeps a failed job with its reason, tries it again when asked, and removes it', () =>
    inQueue('retry', async (queue) => {
      const job = student('a');
      const id = idOf(job);
      await addJobs(queue, { students: [job] });
      const events = await drain('retry', async () => {
        throw new KgmentorError('USAGE', 'The file of links links.tsv is not here.', {
          next: 'Put it there.',
        });
      });
      const reason = 'The file of links links.tsv is not here. Put it there.';
      assert.deepEqual(events[2], { type: 'failed', id, reason, code: 'USAGE', final: true });
      const failed = await showJob(queue, id);
      assert.equal(failed.state, 'failed');
      assert.equal(failed.tries, 1);
      assert.equal(failed.reason, reason);
      assert.deepEqual(await retryJobs(queue, undefined, true), [id]);
      assert.equal((await showJob(queue, id)).state, 'failed');
      assert.deepEqual(await retryJobs(queue, id), [id]);
      await drain('retry', done);
      assert.equal((await showJob(queue, id)).state, 'completed');
      await assert.rejects(retryJobs(queue, id), /has not failed: it is completed/);
      await removeJob(queue, id);
      await assert.rejects(removeJob(queue, id), { code: 'NO_DATA' });
      const [added] = await addJobs(queue, { students: [job] });
      assert.equal(added.state, 'added');
    }));

  it('tries again what fails for a while', () =>
    inQueue('again', async (queue) => {
      const job = student('a');
      await addJobs(queue, { students: [job] });
      const stop = new AbortController();
      const failing: Perform = async () => {
        setTimeout(() => stop.abort(), 500);
        throw new KgmentorError('UNREACHABLE', 'No Neo4j server answers.');
      };
      const events = await drain('again', failing, { drain: false, signal: stop.signal });
      assert.deepEqual(
        events.map((event) => event.type === 'failed' && [event.code, event.final]),
        [false, false, ['UNREACHABLE', false], false],
      );
      const { state, reason } = await showJob(queue, idOf(job));
      assert.deepEqual([state, reason], ['delayed', 'No Neo4j server answers.']);
      await (await queue.queue.getJob(idOf(job)))?.promote(); // instead of five seconds
      await drain('again', done);
      assert.equal((await showJob(queue, idOf(job))).state, 'completed');
    }));

  it('lets a job wait whose target another process retrains, which uses no try up', () =>
    inQueue('busy', async (queue) => {
      const job = student('a');
      await addJobs(queue, { students: [job] });
      const stop = new AbortController();
      const busy: Perform = async () => {
        setTimeout(() => stop.abort(), 500);
        return { outcome: 'busy', target: 'films', why: 'anna holds the lease' };
      };
      const events = await drain('busy', busy, { drain: false, signal: stop.signal });
      assert.deepEqual(
        events.slice(1, -1).map(({ type }) => type),
        ['began', 'waits'],
      );
      assert.equal((await showJob(queue, idOf(job))).state, 'delayed');
      const waiting = await queue.queue.getJob(idOf(job));
      assert.equal(waiting?.attemptsMade, 0);
      // Five seconds from when the worker asked, of which the queue takes off what had passed until it was told.
      const delay = waiting?.delay ?? 0;
      assert.ok(delay <= 5000 && delay > 4000, `${delay} ms`);
      await waiting?.promote(); // instead of five seconds
      await drain('busy', done);
      assert.equal((await showJob(queue, idOf(job))).state, 'completed');
    }));

  it('leaves a job to its worker while the training stalls', { timeout: 60_000 }, () =>
    inQueue('stalled', async (queue) => {
      const job = student('a');
      await addJobs(queue, { students: [job] });
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 500)'], { stdio: 'ignore' });
      const other: string[] = [];
      const [events] = await Promise.all([
        drain(
          'stalled',
          async () => {
            child.kill('SIGSTOP');
            setTimeout(() => child.kill('SIGCONT'), 4500);
            await once(child, 'exit');
            return { run: idOf(job) };
          },
          { lockSeconds: 2 },
        ),
        sleep(500).then(() =>
          drain(
            'stalled',
            async (one) => {
              other.push(idOf(one));
              return { run: idOf(one) };
            },
            { lockSeconds: 2 },
          ),
        ),
      ]);
      assert.deepEqual(other, []);
      assert.deepEqual(
        events.map(({ type }) => type),
        ['ready', 'began', 'done', 'ended'],
      );
    }),
  );

  it('gets back the jobs of a worker that is asked to end, for another one', () =>
    inQueue('ended', async (queue) => {
      const jobs = ['a', 'b'].map((digest) => student(digest));
      await addJobs(queue, { students: jobs });
      const stop = new AbortController();
      const events = await drain(
        'ended',
        async (_, __, { signal }) => {
          setTimeout(() => stop.abort(), 50);
          await once(signal as AbortSignal, 'abort');
          throw new KgmentorError('INTERRUPTED', 'Stopped; the checkpoint is written.');
        },
        { signal: stop.signal },
      );
      assert.deepEqual(
        events.map(({ type }) => type),
        ['ready', 'began', 'returned', 'ended'],
      );
      assert.equal((await showQueue(queue)).counts.waiting, 2);
      const order: string[] = [];
      await drain('ended', async (job) => {
        order.push(job.dataDigest);
        return { run: idOf(job) };
      });
      assert.deepEqual(order, ['a', 'b']);
      assert.equal((await showJob(queue, idOf(jobs[0]))).tries, 2);
    }));

  it('lets a worker end though its server is away', { timeout: 60_000 }, async () => {
    const server = await startRedis({ home: path.join(redis.home, 'away') });
    const address = { url: server.url };
    const queue = await openQueue(address);
    await addJobs(queue, { students: [student('a')] });
    const stop = new AbortController();
    const perform: Perform = async (_, __, { signal }) => {
      await server.kill();
      setTimeout(() => stop.abort(), 50);
      await once(signal as AbortSignal, 'abort');
      throw new KgmentorError('INTERRUPTED', 'Stopped; the checkpoint is written.');
    };
    const events: string[] = [];
    await runWorker(address, {
      place,
      perform,
      signal: stop.signal,
      onEvent: ({ type }) => events.push(type),
    });
    assert.equal(events.at(-1), 'ended');
    queue.redis.disconnect();
  });

  it('is not seen by another queue on the same server', () =>
    inQueue('one', async (queue) => {
      await addJobs(queue, { students: [student('a')] });
      await inQueue('two', async (other) => assert.equal((await showQueue(other)).jobs.length, 0));
    }));
});

describe('the address of a queue', () => {
  let port: number;
  before(() => {
    port = redis.server.port;
  });
  after(() =>
    inQueue('address', async ({ redis }) => void (await redis.config('SET', 'requirepass', ''))).catch(
      () => undefined,
    ),
  );

  it('is told without its password where nothing answers, or something else is asked', async () => {
    const secret = 'gEh31m';
    for (const [url, code, says] of [
      [
        `redis://user:${secret}@127.0.0.1:1`,
        'UNREACHABLE',
        /No Redis server answers at redis:\/\/127\.0\.0\.1:1/,
      ],
      [`http://user:${secret}@127.0.0.1`, 'USAGE', /begins with http:/],
      [`${secret}`, 'USAGE', /is none/],
    ] as const)
      await assert.rejects(openQueue({ url }), (error) => {
        assert.ok(error instanceof KgmentorError);
        assert.equal(error.code, code);
        assert.match(error.message, says);
        assert.ok(!`${error.message} ${error.next} ${error.stack}`.includes(secret), error.stack);
        return true;
      });
  });

  it('needs the password where the server asks for one', async () => {
    await inQueue('address', async ({ redis }) => void (await redis.config('SET', 'requirepass', 'gEh31m')));
    const url = `redis://127.0.0.1:${port}`;
    await assert.rejects(openQueue({ url }), /refused the log-in/);
    await assert.rejects(openQueue({ url: `redis://:other@127.0.0.1:${port}` }), /refused the log-in/);
    const queue = await openQueue({ url: `redis://:gEh31m@127.0.0.1:${port}` });
    await queue.redis.config('SET', 'requirepass', '');
    await queue.close();
  });

  it('holds a name of letters and digits', () =>
    assert.rejects(openQueue({ url: redis.server.url, name: 'a:b' }), { code: 'USAGE' }));
});
