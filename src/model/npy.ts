import { readFileSync } from 'node:fs';
import { KgmentorError } from '../errors.js';
import { type FloatKind, f16, f32, f64 } from './floats.js';
import type { StoredTensor } from './safetensors.js';

const KINDS: Readonly<Record<string, FloatKind>> = {
  '<f2': f16,
  '<f4': f32,
  '<f8': f64,
  '<c8': { bytes: 8, read: f32.read },
};

/**
 * Reads an array of floats that NumPy saved (`.npy`, format versions 1 to 3) as 32-bit floats; complex numbers get one
 * more axis of length 2.
 *
 * @throws KgmentorError BAD_DATA for another file, a truncated one, another kind of numbers or column-major order
 * @example
 * const { shape, data } = readNpy('joint_ComplEx_entity.npy');
 */
export function readNpy(path: string): StoredTensor {
  const bad = (what: string, next = 'Save it again with numpy.save.', cause?: unknown) =>
    new KgmentorError('BAD_DATA', `${path} is no array of NumPy that can be read: ${what}.`, { next, cause });
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw bad((cause as Error).message, 'Check the path.', cause);
  }
  if (bytes.toString('latin1', 0, 6) !== '\x93NUMPY') throw bad('it does not begin with \\x93NUMPY');
  const long = bytes[6] > 1;
  const from = long ? 12 : 10;
  if (bytes.length < from) throw bad('it ends in its header');
  const start = from + (long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString('latin1', from, start);
  const descr = /'descr': '([^']*)'/.exec(header)?.[1] ?? 'unknown';
  const kind = Object.hasOwn(KINDS, descr) ? KINDS[descr] : undefined;
  if (!kind) throw bad(`its numbers are of kind ${descr}, one of ${Object.keys(KINDS).join(', ')} expected`);
  if (!header.includes("'fortran_order': False"))
    throw bad(
      'its rows are not contiguous',
      'Save it with numpy.save(file, numpy.ascontiguousarray(array)).',
    );
  const shape = (/'shape': \(([\d, ]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((text) => text.trim() !== '')
    .map(Number);
  const length = shape.reduce((a, b) => a * b, 1) * kind.bytes;
  if (bytes.length !== start + length)
    throw bad(`it has ${bytes.length} bytes, ${start + length} expected of shape ${shape.join(' × ')}`);
  const data = kind.read(new Uint8Array(bytes.subarray(start)).buffer);
  return { shape: descr === '<c8' ? [...shape, 2] : shape, data };
}
