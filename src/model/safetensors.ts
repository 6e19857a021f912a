import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { KgmentorError } from '../errors.js';
import { writeWhole } from '../wholeFile.js';
import { bf16, type FloatKind, f16, f32, f64 } from './floats.js';

export type TensorArray = Float32Array | Int32Array | Uint8Array;

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

export interface TensorFile {
  readonly tensors: Record<string, StoredTensor>;
  readonly metadata: Record<string, string>;
}

interface Kind {
  readonly bytes: number;
  read(buffer: ArrayBuffer): TensorArray;
}

/** What is read; F32, I32 and U8 are written. The other floats become F32, complex numbers pairs of them. */
const KINDS: Readonly<Record<string, Kind>> = {
  F32: f32,
  I32: { bytes: 4, read: (buffer) => new Int32Array(buffer) },
  U8: { bytes: 1, read: (buffer) => new Uint8Array(buffer) },
  F16: f16,
  BF16: bf16,
  F64: f64,
  C64: { bytes: 8, read: f32.read } satisfies FloatKind,
};
const kindOf = (data: TensorArray): string =>
  data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : 'U8';
const bytesOf = (data: TensorArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; )
    at += writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 30));
}

/**
 * Writes tensors in the safetensors format: little-endian length, JSON header padded to 8 bytes, raw data. The file
 * appears whole or not at all.
 *
 * @example
 * writeTensors('model.safetensors', { entity: { shape: [2, 4], data: new Float32Array(8) } }, { encoder: 'complex' });
 */
export function writeTensors(
  path: string,
  tensors: Record<string, StoredTensor>,
  metadata: Record<string, string> = {},
): void {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: kindOf(data), shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeWhole(path, (file) => {
    writeAll(file, length);
    writeAll(file, padded);
    for (const { data } of Object.values(tensors)) writeAll(file, bytesOf(data));
  });
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder); // the rename itself reaches the disk
  } finally {
    closeSync(folder);
  }
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A tensor as a file's header tells it; `complex` numbers are read as one more axis of length 2. */
export interface TensorInfo {
  readonly dtype: string;
  readonly shape: readonly number[];
}

const badFile = (path: string, what: string, cause?: unknown): KgmentorError =>
  new KgmentorError('BAD_DATA', `${path} is not a whole safetensors file: ${what}.`, {
    next: 'It was cut off or changed after it was written; remove it and make it again.',
    cause,
  });

interface OpenFile {
  readonly file: number;
  readonly size: number;
  /** Where the data begins. */
  readonly start: number;
  readonly entries: readonly [name: string, entry: HeaderEntry][];
  readonly metadata: Record<string, string>;
}

function withFile<T>(path: string, work: (open: OpenFile) => T): T {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new KgmentorError('BAD_DATA', `${path} cannot be opened.`, { next: 'Check the path.', cause });
  }
  try {
    const size = fstatSync(file).size;
    const length = Buffer.alloc(8);
    if (size < 8) throw badFile(path, `${size} bytes, at least 8 expected`);
    readSync(file, length, 0, 8, 0);
    const headerLength = Number(length.readBigUInt64LE());
    if (headerLength > size - 8)
      throw badFile(path, `its header claims ${headerLength} bytes, ${size - 8} are there`);
    const json = Buffer.alloc(headerLength);
    readSync(file, json, 0, headerLength, 8);
    let header: Record<string, unknown>;
    try {
      header = JSON.parse(json.toString('utf8')) as Record<string, unknown>;
    } catch (cause) {
      throw badFile(path, 'its header is no JSON', cause);
    }
    const { __metadata__: metadata = {}, ...entries } = header;
    return work({
      file,
      size,
      start: 8 + headerLength,
      entries: Object.entries(entries as Record<string, HeaderEntry>),
      metadata: metadata as Record<string, string>,
    });
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a safetensors file; a truncated or foreign one is refused before any data is used.
 *
 * @param wanted which tensors to read, all where absent
 * @throws KgmentorError BAD_DATA with what was found and expected
 * @example
 * const { tensors, metadata } = readTensors('model.safetensors');
 */
export function readTensors(path: string, wanted: (name: string) => boolean = () => true): TensorFile {
  return withFile(path, ({ file, size, start, entries, metadata }) => {
    const tensors: Record<string, StoredTensor> = {};
    for (const [name, { dtype, shape, data_offsets }] of entries.filter(([name]) => wanted(name))) {
      const [from, to] = data_offsets;
      const kind = Object.hasOwn(KINDS, dtype) ? KINDS[dtype] : undefined;
      if (!kind)
        throw badFile(
          path,
          `tensor ${name} has type ${dtype}, one of ${Object.keys(KINDS).join(', ')} expected`,
        );
      const count = shape.reduce((a, b) => a * b, 1);
      if (to - from !== count * kind.bytes) throw badFile(path, `tensor ${name} has a wrong length`);
      if (from < 0 || start + to > size)
        throw badFile(path, `tensor ${name} ends at byte ${start + to}, the file at ${size}`);
      const bytes = new Uint8Array(to - from);
      for (let at = 0; at < bytes.length; )
        at += readSync(file, bytes, at, Math.min(bytes.length - at, 1 << 30), start + from + at);
      tensors[name] = {
        shape: dtype === 'C64' ? [...shape, 2] : shape,
        data: kind.read(bytes.buffer),
      };
    }
    return { tensors, metadata };
  });
}

/**
 * The tensors of a safetensors file, without reading them.
 *
 * @throws KgmentorError BAD_DATA where the header cannot be read
 */
export const listTensors = (path: string): Readonly<Record<string, TensorInfo>> =>
  withFile(path, ({ entries }) =>
    Object.fromEntries(entries.map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
  );
