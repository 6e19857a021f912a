import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWhole, stage } from '../../src/setup/stage.js';
import { moduleUrl, temporaryFolder } from './_folder.js';

const cache = temporaryFolder();

/** Builds two small files and counts how often that was asked of it. */
function builder() {
  const build = async (empty: string) => {
    build.times++;
    assert.deepEqual(readdirSync(empty), []);
    mkdirSync(path.join(empty, 'lib'));
    writeFileSync(path.join(empty, 'lib', 'library'), 'a library');
    await sleep(10);
    writeFileSync(path.join(empty, 'notes'), 'its notes');
  };
  build.times = 0;
  return build;
}

function assertWhole(folder: string): void {
  assert.equal(readFileSync(path.join(folder, 'lib', 'library'), 'utf8'), 'a library');
  assert.equal(readFileSync(path.join(folder, 'notes'), 'utf8'), 'its notes');
  assert.equal(isWhole(folder), true);
}

test('a folder is built once, also when two ask for it at the same time', async () => {
  const folder = path.join(cache, 'once');
  const build = builder();
  await Promise.all([stage(folder, build), stage(folder, build)]);
  await stage(folder, build);
  assert.equal(build.times, 1);
  assertWhole(folder);
});

test('a build that fails leaves no folder, and the next one succeeds', async () => {
  const folder = path.join(cache, 'failing');
  const half = async (empty: string) => {
    writeFileSync(path.join(empty, 'notes'), 'half');
    throw new Error('the network is gone');
  };
  await assert.rejects(stage(folder, half), /the network is gone/);
  assert.deepEqual(
    readdirSync(cache).filter((name) => name.startsWith('failing')),
    [],
  );
  await stage(folder, builder());
  assertWhole(folder);
});

test('what a killed set-up left is cleared and made anew', async () => {
  const folder = path.join(cache, 'killed');
  const text = `
    import { writeFileSync } from 'node:fs';
    import { stage } from ${moduleUrl('stage')};
    await stage(${JSON.stringify(folder)}, (empty) => new Promise(() => {
      writeFileSync(empty + '/notes', 'half');
      console.log('half done');
      setInterval(() => {}, 1000);
    }));`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', text], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  other.kill('SIGKILL');
  await once(other, 'close');
  const parts = () => readdirSync(cache).filter((name) => name.startsWith('killed.part-'));
  assert.equal(parts().length, 1);
  assert.equal(existsSync(folder), false);
  await stage(folder, builder());
  assertWhole(folder);
  assert.deepEqual(parts(), []);
});

for (const [what, damage] of [
  ['lacks a file', (folder: string) => rmSync(path.join(folder, 'lib', 'library'))],
  ['has a cut file', (folder: string) => writeFileSync(path.join(folder, 'notes'), 'its')],
  ['lost its list of files', (folder: string) => rmSync(path.join(folder, 'staged.json'))],
] as const) {
  test(`a folder that ${what} is made anew`, async () => {
    const folder = path.join(cache, what.replaceAll(' ', '-'));
    const build = builder();
    await stage(folder, build);
    damage(folder);
    assert.equal(isWhole(folder), false);
    await stage(folder, build);
    assert.equal(build.times, 2);
    assertWhole(folder);
  });
}
