import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { readTensors, writeTensors } from '../../src/model/safetensors.js';

const folder = mkdtempSync(join(tmpdir(), 'kgmentor-tensors-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const tensors = {
  entity: { shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, -0.1]) },
  ids: { shape: [3], data: Int32Array.from([1, -2, 2147483647]) },
  mask: { shape: [5], data: Uint8Array.from([0, 1, 255, 3, 4]) },
  empty: { shape: [0, 4], data: new Float32Array(0) },
};
const isBad = (part: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && error.exitCode === 7 && part.test(error.message);

test('what is written is read back, with its metadata, and no partial file stays', () => {
  const path = join(folder, 'a.safetensors');
  writeTensors(path, tensors, { encoder: 'complex', note: 'ü' });
  assert.deepEqual(readTensors(path), { tensors, metadata: { encoder: 'complex', note: 'ü' } });
  assert.deepEqual(readdirSync(folder), ['a.safetensors']);
  assert.equal(Number(readFileSync(path).readBigUInt64LE()) % 8, 0, 'the header is padded');
});

test('a file cut off anywhere, a foreign file and a missing one are refused', () => {
  const path = join(folder, 'b.safetensors');
  writeTensors(path, tensors);
  const whole = readFileSync(path);
  for (let size = whole.length - 1; size >= 0; size -= 7) {
    writeFileSync(path, whole);
    truncateSync(path, size);
    assert.throws(() => readTensors(path), isBad(/not a whole safetensors file/));
  }
  writeFileSync(path, Buffer.concat([Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('no json!')]));
  assert.throws(() => readTensors(path), isBad(/no JSON/));
  assert.throws(() => readTensors(join(folder, 'none')), isBad(/cannot be opened/));
});
