import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { readRecord, writeRecord } from '../../src/train/folder.js';
import { resumeRun } from '../../src/train/runFolder.js';
import { trainTeacher } from './_runs.js';
import { makeWorld } from './_world.js';

test('a run that a living process trains is not resumed by another; a dead process’s is', async () => {
  const run = await trainTeacher(makeWorld(), { epochs: 1 });
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const holder = { pid: Number(other.pid), host: hostname() };
  writeRecord(run, { ...readRecord(run), status: 'running', process: holder });
  await assert.rejects(resumeRun(run, { threads: 1 }), { code: 'USAGE', message: /Process \d+ is training/ });
  other.kill('SIGKILL');
  await once(other, 'close');
  await resumeRun(run, { threads: 1 });
  const { status, process: left } = readRecord(run);
  assert.deepEqual([status, left], ['done', undefined]);
});
