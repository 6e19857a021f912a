/** Workers and their Redis server are killed while they work off a queue: each result is published exactly once. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { migrate } from '../../src/graph/migrate.js';
import { removeEverything } from '../../src/graph/removal.js';
import { addJobs } from '../../src/operate/queue/add.js';
import { idOf } from '../../src/operate/queue/jobs.js';
import { openQueue } from '../../src/operate/queue/open.js';
import { startRedis } from '../../src/setup/redis.js';
import { watchReaders } from './queue/readers.js';
import type { WorkerArguments } from './queue/worker.js';
import { ask, empty, fill, isTrained, jobOf, numberOf, openGraph } from './queue/world.js';
import type { FaultRow, Scenario } from './scenario.js';

interface Size {
  readonly jobs: number;
  readonly shelves: number;
  readonly workers: number;
  readonly workerKills: number;
  readonly redisKills: number;
  /** Seconds for all of it at most. */
  readonly limit: number;
}

const SHORT: Size = { jobs: 12, shelves: 4, workers: 2, workerKills: 2, redisKills: 1, limit: 240 };
const FULL: Size = { jobs: 200, shelves: 10, workers: 4, workerKills: 40, redisKills: 5, limit: 2400 };

const script = fileURLToPath(new URL('./queue/worker.js', import.meta.url));

export const queue: Scenario = {
  name: 'queue',
  run: ({ full, log }) => killWorkers(full ? FULL : SHORT, log),
};

async function killWorkers(size: Size, log: (line: string) => void): Promise<FaultRow[]> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-faults-'));
  const graph = await openGraph();
  const workers: ChildProcess[] = [];
  let redis = await startRedis({ home, log });
  const { url, port } = redis;
  const open = await openQueue({ url, name: 'faults' });
  try {
    await migrate(graph);
    await fill(graph, size.shelves);
    const jobs = Array.from({ length: size.jobs }, (_, i) => jobOf(i + 1, size.shelves));
    await addJobs(open, { students: jobs });
    const runs = path.join(home, 'runs');
    const readers = watchReaders(graph, jobs, runs, log);
    const begin = () => {
      const settings: WorkerArguments = { url, runs, lockSeconds: 3, trainMs: 300 };
      const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
      workers.push(fork(script, [JSON.stringify(settings)], { stdio: [...stdio] }));
    };
    for (let i = 0; i < size.workers; i++) begin();

    const end = Date.now() + size.limit * 1000;
    const done = async () =>
      (await open.queue.getJobCounts('completed', 'failed')) as { completed: number; failed: number };
    let workerKills = 0;
    let redisKills = 0;
    for (;;) {
      const { completed, failed } = await done();
      const isOver = completed + failed >= size.jobs || Date.now() > end;
      if (isOver) break;
      // One that begins while Redis is away ends, and is begun again as a supervisor does.
      for (const ended of workers.filter(({ exitCode }) => exitCode !== null)) {
        workers.splice(workers.indexOf(ended), 1);
        begin();
      }
      // Spread over the jobs, each at a moment of its own.
      if (
        completed > ((workerKills + 0.5) * size.jobs) / (size.workerKills + 1) &&
        workerKills < size.workerKills
      ) {
        await sleep(Math.random() * 300);
        const [one] = workers.splice(Math.floor(Math.random() * workers.length), 1);
        one.kill('SIGKILL');
        begin();
        workerKills++;
      }
      if (completed > ((redisKills + 0.5) * size.jobs) / size.redisKills && redisKills < size.redisKills) {
        await sleep(Math.random() * 300);
        await redis.kill();
        await sleep(Math.random() * 1000);
        redis = await startRedis({ home, port, log });
        redisKills++;
        log(
          `${completed} of ${size.jobs} jobs, ${workerKills} workers and ${redisKills} Redis servers killed`,
        );
      }
      await sleep(50);
    }

    await Promise.all(workers.map(endOf));
    const { doubled, mixed } = await readers.stop();
    const published = new Set((await ask<{ id: string }>(graph, 'runs')).map(({ id }) => id));
    const states = await Promise.all(jobs.map((job) => open.queue.getJobState(idOf(job))));
    const lost = jobs.filter((job, i) => !published.has(idOf(job)) || states[i] !== 'completed').length;
    const [{ held }] = await ask<{ held: number }>(graph, 'leases');
    const counts = await open.queue.getJobCounts('waiting', 'active', 'delayed');
    const leftOver = Number(held) + Object.values(counts).reduce((sum, count) => sum + count, 0);
    const harm = { lost, doubled, mixed, leftOver };
    const trained = jobs.filter((job) => isTrained(numberOf(job))).length;
    return [
      {
        kind: `kill -9 of a worker; ${trained} of ${size.jobs} jobs train`,
        injected: workerKills,
        ...harm,
      },
      { kind: 'kill -9 of Redis', injected: redisKills, ...harm },
    ];
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await open.close();
    await redis.stop();
    await removeEverything(graph).catch(() => undefined);
    await empty(graph, size.shelves);
    await graph.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Asks a worker to end, and makes it end. */
async function endOf(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  const late = setTimeout(() => worker.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(late);
}
