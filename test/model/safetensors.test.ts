import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { listTensors, readTensors, writeTensors } from '../../src/model/safetensors.js';

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

/** A file with any kinds of numbers, as other programs write it. */
function foreign(entries: Record<string, { dtype: string; shape: number[]; data: ArrayBufferView }>): string {
  const path = join(folder, 'foreign.safetensors');
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(entries)) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = Object.values(entries).map((entry) => new Uint8Array(entry.data.buffer));
  writeFileSync(path, Buffer.concat([length, json, ...data]));
  return path;
}

test('other floats are read as 32-bit ones, complex ones in pairs', () => {
  const path = foreign({
    half: {
      dtype: 'F16',
      shape: [7],
      data: Uint16Array.from([0x3e00, 0xc000, 0x0001, 0x8000, 0xfbff, 0x7c00, 0x7e00]),
    },
    brain: { dtype: 'BF16', shape: [2], data: Uint16Array.from([0x3fc0, 0xc2f7]) },
    double: { dtype: 'F64', shape: [2], data: Float64Array.from([0.1, 1e300]) },
    complex: { dtype: 'C64', shape: [1, 2], data: Float32Array.from([1, 2, 3, 4]) },
  });
  const { tensors } = readTensors(path);
  assert.deepEqual(tensors.half, {
    shape: [7],
    data: Float32Array.from([1.5, -2, 2 ** -24, -0, -65504, Number.POSITIVE_INFINITY, Number.NaN]),
  });
  assert.deepEqual(tensors.brain.data, Float32Array.from([1.5, -123.5]));
  assert.deepEqual(tensors.double.data, Float32Array.from([0.1, Number.POSITIVE_INFINITY]));
  assert.deepEqual(tensors.complex, { shape: [1, 2, 2], data: Float32Array.from([1, 2, 3, 4]) });
});

test('a file is listed and read in part, whatever the other tensors are', () => {
  const path = foreign({
    count: { dtype: 'I64', shape: [1], data: BigInt64Array.from([1n]) },
    entity: { dtype: 'F32', shape: [1, 2], data: Float32Array.from([1, 2]) },
  });
  assert.deepEqual(listTensors(path), {
    count: { dtype: 'I64', shape: [1] },
    entity: { dtype: 'F32', shape: [1, 2] },
  });
  const { tensors } = readTensors(path, (name) => name === 'entity');
  assert.deepEqual(tensors, { entity: { shape: [1, 2], data: Float32Array.from([1, 2]) } });
  assert.throws(() => readTensors(path), isBad(/tensor count has type I64, one of F32, I32, U8, F16/));
});
