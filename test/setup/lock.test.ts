import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { withLock } from '../../src/setup/lock.js';
import { moduleUrl, temporaryFolder } from './_folder.js';

const folder = temporaryFolder();
const program = (text: string) => ['--input-type=module', '-e', text];

test('two calls of one process do not overlap', async () => {
  const lock = path.join(folder, 'calls.lock');
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await sleep(20);
    seen.push(`${name} ends`);
  };
  await Promise.all([withLock(lock, work('a'), { every: 5 }), withLock(lock, work('b'), { every: 5 })]);
  assert.equal(seen.length, 4);
  assert.equal(seen[0].slice(0, 1), seen[1].slice(0, 1));
  assert.equal(seen[2].slice(0, 1), seen[3].slice(0, 1));
});

test('many processes that add to one file lose no addition', async () => {
  const lock = path.join(folder, 'count.lock');
  const file = path.join(folder, 'count');
  writeFileSync(file, '0');
  const text = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { withLock } from ${moduleUrl('lock')};
    for (let i = 0; i < 5; i++)
      await withLock(${JSON.stringify(lock)}, async () => {
        const found = Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
        await sleep(2);
        writeFileSync(${JSON.stringify(file)}, String(found + 1));
      }, { every: 1 });`;
  await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, program(text))));
  assert.equal(readFileSync(file, 'utf8'), '20');
  assert.equal(existsSync(lock), false);
});

test('the lock is given back when the work fails, and the failure is passed on', async () => {
  const lock = path.join(folder, 'failing.lock');
  await assert.rejects(
    withLock(lock, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(existsSync(lock), false);
  assert.equal(await withLock(lock, async () => 'done'), 'done');
});

test('the lock of a killed process is taken over, by one of several that wait', async () => {
  const lock = path.join(folder, 'killed.lock');
  const holder = spawn(
    process.execPath,
    program(`
      import { withLock } from ${moduleUrl('lock')};
      await withLock(${JSON.stringify(lock)}, () => new Promise(() => {
        console.log('held');
        setInterval(() => {}, 1000);
      }));`),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(holder.stdout, 'data');
  const lines: string[] = [];
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await sleep(10);
    inside--;
  };
  const options = { every: 5, what: 'the set-up', log: (line: string) => void lines.push(line) };
  const waiting = [1, 2, 3].map(() => withLock(lock, work, options));
  await sleep(50);
  assert.equal(most, 0, 'nobody works while the holder lives');
  assert.equal(lines.length, 3);
  assert.match(lines[0], new RegExp(`^Waiting for the set-up in process ${holder.pid} `));
  holder.kill('SIGKILL');
  await Promise.all(waiting);
  assert.equal(most, 1);
});

test('a later process with the number of a dead holder does not keep its lock', {
  skip: !existsSync('/proc/self/stat') && 'this system does not tell when a process started',
}, async () => {
  const lock = path.join(folder, 'number.lock');
  await withLock(lock, async () => {
    const file = path.join(lock, 'holder.json');
    const holder = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...holder, started: '1', token: holder.token.replace(/./g, '0') }));
    assert.equal(await withLock(lock, async () => 'taken over', { every: 5 }), 'taken over');
  });
});

test('locks that were given back leave nothing behind', async () => {
  const own = temporaryFolder();
  await withLock(path.join(own, 'a.lock'), async () => {});
  assert.deepEqual(readdirSync(own), []);
});
