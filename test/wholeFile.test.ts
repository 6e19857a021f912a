import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { isPartial, writeWhole } from '../src/wholeFile.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-whole-'));
after(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'run.json');
const failing = (code: string) => () =>
  writeWhole(file, (open) => {
    writeSync(open, 'new');
    throw Object.assign(new Error(code), { code });
  });

test('a file that could not be written whole is as it was before, and nothing lies beside it', () => {
  writeWhole(file, (open) => writeFileSync(open, 'old'));
  assert.throws(failing('EIO'), { message: 'EIO' });
  assert.throws(failing('ENOSPC'), {
    code: 'UNEXPECTED',
    message: /run\.json could not be written: no room is left on the disk \(ENOSPC\)/,
    next: /--resume/,
  });
  assert.equal(readFileSync(file, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['run.json']);
});

test('what a killed process was writing is known by its name', () => {
  writeWhole(file, () => {
    const [partial, ...more] = readdirSync(folder).filter(isPartial);
    assert.match(partial, /^run\.json\.\d+\.tmp$/);
    assert.deepEqual(more, []);
  });
  assert.ok(!isPartial('run.json'));
});
