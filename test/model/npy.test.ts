import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { KgmentorError } from '../../src/errors.js';
import { readNpy } from '../../src/model/npy.js';

const folder = mkdtempSync(join(tmpdir(), 'kgmentor-npy-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'a.npy');

/** An array as NumPy writes it (NEP 1). */
function write(
  descr: string,
  shape: string,
  data: ArrayBufferView,
  options: { version?: 1 | 2; order?: string } = {},
) {
  const { version = 1, order = 'False' } = options;
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;
  const fixed = version === 1 ? 10 : 12;
  const header = `${text.padEnd(64 * Math.ceil((fixed + text.length + 1) / 64) - fixed - 1)}\n`;
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  writeFileSync(
    path,
    Buffer.concat([
      Buffer.from('\x93NUMPY', 'latin1'),
      Buffer.from([version, 0]),
      length,
      Buffer.from(header, 'latin1'),
      new Uint8Array(data.buffer),
    ]),
  );
}
const values = [1.5, -2, 0.25, 3, 4, 5];
const isBad = (part: RegExp) => (error: unknown) =>
  error instanceof KgmentorError && error.code === 'BAD_DATA' && part.test(error.message);

test('floats of each size are read, complex ones in pairs', () => {
  write('<f4', '2, 3', Float32Array.from(values));
  assert.deepEqual(readNpy(path), { shape: [2, 3], data: Float32Array.from(values) });
  write('<f8', '6,', Float64Array.from(values), { version: 2 });
  assert.deepEqual(readNpy(path), { shape: [6], data: Float32Array.from(values) });
  write('<f2', '2, 1', Uint16Array.from([0x3e00, 0xc000]));
  assert.deepEqual(readNpy(path), { shape: [2, 1], data: Float32Array.from([1.5, -2]) });
  write('<c8', '1, 3', Float32Array.from(values));
  assert.deepEqual(readNpy(path), { shape: [1, 3, 2], data: Float32Array.from(values) });
});

test('what is no whole array of floats is refused', () => {
  write('<i8', '1', BigInt64Array.from([1n]));
  assert.throws(() => readNpy(path), isBad(/kind <i8, one of <f2, <f4/));
  write('<f4', '2, 3', Float32Array.from(values), { order: 'True' });
  assert.throws(() => readNpy(path), isBad(/not contiguous/));
  write('<f4', '2, 4', Float32Array.from(values));
  assert.throws(() => readNpy(path), isBad(/expected of shape 2 × 4/));
  for (const bytes of ['', '\x93NUMPY', '\x93NUMPY\x01\x00', 'no array']) {
    writeFileSync(path, Buffer.from(bytes, 'latin1'));
    assert.throws(() => readNpy(path), isBad(/no array of NumPy/));
  }
  assert.throws(() => readNpy(join(folder, 'none.npy')), isBad(/ENOENT/));
});
