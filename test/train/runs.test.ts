import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type RunRecord, readRecord, statusOf, writeRecord } from '../../src/train/folder.js';
import { findRun } from '../../src/train/runs.js';
import { folder } from './_graph.js';

const write = (runs: string, record: Pick<RunRecord, 'id' | 'status'> & Partial<RunRecord>): string => {
  const to = join(runs, record.id);
  mkdirSync(to);
  writeRecord(to, {
    kind: 'teacher',
    createdAt: '2026-01-01T00:00:00Z',
    sources: ['films'],
    settings: {},
    dataDigest: '',
    counts: {},
    ...record,
  });
  return to;
};

describe('the runs of a folder', () => {
  it('are found by id where they are finished, and told how they stand where they are not', () => {
    const runs = folder();
    write(runs, { id: 'whole', status: 'done' });
    write(runs, { id: 'stopped', status: 'interrupted' });
    write(runs, { id: 'astray', status: 'failed' });
    const wanted = { kind: 'teacher', finished: true } as const;
    assert.equal(findRun(runs, 'whole', wanted).record.id, 'whole');
    assert.equal(findRun(runs, undefined, wanted).record.id, 'whole');
    assert.throws(() => findRun(runs, 'stopped', wanted), {
      code: 'USAGE',
      message: /stopped is not trained to its end: it is interrupted/,
      next: /`kgmentor pretrain --resume --run stopped`/,
    });
    assert.throws(() => findRun(runs, 'astray', wanted), {
      code: 'USAGE',
      message: /it is failed/,
      next: /^Mend what it failed of and go on with it by `kgmentor pretrain --resume --run astray`/,
    });
    write(runs, { id: 'under-way', status: 'running', process: { pid: 1, host: `not ${hostname()}` } });
    assert.throws(() => findRun(runs, 'under-way', wanted), { code: 'USAGE', next: /^Wait for it/ });
    assert.equal(findRun(runs, 'stopped', { ...wanted, finished: false }).record.status, 'interrupted');
  });

  it('are interrupted where their process was killed, whatever they wrote', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const holder = { pid: Number(other.pid), host: hostname() };
    const run = write(folder(), { id: 'begun', status: 'running', process: holder });
    assert.equal(statusOf(readRecord(run)), 'running');
    other.kill('SIGKILL');
    await once(other, 'close');
    assert.equal(statusOf(readRecord(run)), 'interrupted');
    writeRecord(run, { ...readRecord(run), process: { ...holder, host: `not ${hostname()}` } });
    assert.equal(statusOf(readRecord(run)), 'running');
  });
});
