import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { beginAttempt, finishedRun, forgetAttempts } from '../../../src/operate/queue/attempt.js';
import { type RunRecord, readRecord, writeRecord } from '../../../src/train/folder.js';

const home = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-attempt-'));
after(() => rmSync(home, { recursive: true, force: true }));
let runs: string;
beforeEach(() => {
  runs = mkdtempSync(path.join(home, 'runs-'));
});

const record = (status: RunRecord['status']): RunRecord => ({
  ...{ id: 'films-1', kind: 'student', createdAt: '2026-01-01T00:00:00Z', status, sources: ['films'] },
  ...{ settings: {}, dataDigest: 'd', counts: {}, process: { pid: process.pid, host: os.hostname() } },
});

/** Writes a run with a checkpoint that was written so many seconds ago. */
function write(folder: string, checkpoint: string, age = 0, status: RunRecord['status'] = 'running'): void {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'checkpoint.safetensors');
  writeFileSync(file, checkpoint);
  const time = Date.now() / 1000 - age;
  utimesSync(file, time, time);
  writeRecord(folder, record(status));
}
const checkpoint = (folder: string) => readFileSync(path.join(folder, 'checkpoint.safetensors'), 'utf8');

describe('a try at a job', () => {
  it('begins with nothing where it is the first', () => {
    const { begun, folder } = beginAttempt(runs, 'films-1', 'a');
    assert.equal(begun, false);
    assert.equal(existsSync(folder), false);
  });

  it('goes on from the newest checkpoint in a folder of its own, which the earlier one does not share', () => {
    const first = beginAttempt(runs, 'films-1', 'a');
    write(first.folder, 'epoch 3', 60);
    write(beginAttempt(runs, 'films-1', 'b').folder, 'epoch 9', 5);
    const third = beginAttempt(runs, 'films-1', 'c');
    assert.equal(third.begun, true);
    assert.equal(checkpoint(third.folder), 'epoch 9');
    // Whoever was thought dead goes on writing.
    write(first.folder, 'epoch 4');
    assert.equal(checkpoint(third.folder), 'epoch 9');
    assert.equal(readRecord(third.folder).status, 'interrupted');
    assert.equal(readRecord(third.folder).process, undefined);
  });

  it('takes up none that was killed before its record was written', () => {
    const first = beginAttempt(runs, 'films-1', 'a');
    mkdirSync(first.folder);
    writeFileSync(path.join(first.folder, 'job.json'), '{}');
    assert.equal(beginAttempt(runs, 'films-1', 'b').begun, false);
  });

  it('gives the finished run its name, and only the first one does', () => {
    const [first, second] = ['a', 'b'].map((token) => beginAttempt(runs, 'films-1', token));
    write(first.folder, 'one', 0, 'done');
    write(second.folder, 'two', 0, 'done');
    assert.equal(finishedRun(runs, 'films-1'), undefined);
    const done = first.finish();
    assert.equal(done, path.join(runs, 'films-1'));
    assert.equal(finishedRun(runs, 'films-1'), done);
    write(second.folder, 'two', 0, 'done');
    assert.equal(second.finish(), done);
    assert.equal(checkpoint(done), 'one');
    assert.deepEqual(readdirSync(path.join(runs, '.queue')), []);
  });

  it('leaves nothing once it is forgotten', () => {
    write(beginAttempt(runs, 'films-1', 'a').folder, 'one');
    write(beginAttempt(runs, 'films-2', 'a').folder, 'one');
    forgetAttempts(runs, 'films-1');
    assert.deepEqual(readdirSync(path.join(runs, '.queue')), ['films-2']);
  });
});
