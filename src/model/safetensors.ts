import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { KgmentorError } from '../errors.js';

export type TensorArray = Float32Array | Int32Array | Uint8Array;

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorArray;
}

export interface TensorFile {
  readonly tensors: Record<string, StoredTensor>;
  readonly metadata: Record<string, string>;
}

const KINDS = { F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;
type Kind = keyof typeof KINDS;
const kindOf = (data: TensorArray): Kind =>
  data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : 'U8';
const bytesOf = (data: TensorArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; )
    at += writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 30));
}

/**
 * Writes tensors in the safetensors format: little-endian length, JSON header padded to 8 bytes, raw data. The file
 * appears whole or not at all: written beside, synced to disk, renamed.
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
  const partial = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(partial, 'w');
    try {
      writeAll(file, length);
      writeAll(file, padded);
      for (const { data } of Object.values(tensors)) writeAll(file, bytesOf(data));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
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

/**
 * Reads a safetensors file; a truncated or foreign one is refused before any data is used.
 *
 * @throws KgmentorError BAD_DATA with what was found and expected
 */
export function readTensors(path: string): TensorFile {
  const bad = (what: string, cause?: unknown) =>
    new KgmentorError('BAD_DATA', `${path} is not a whole safetensors file: ${what}.`, {
      next: 'It was cut off or changed after it was written; remove it and make it again.',
      cause,
    });
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new KgmentorError('BAD_DATA', `${path} cannot be opened.`, {
      next: 'Check the path of the run folder.',
      cause,
    });
  }
  try {
    const size = fstatSync(file).size;
    const length = Buffer.alloc(8);
    if (size < 8) throw bad(`${size} bytes, at least 8 expected`);
    readSync(file, length, 0, 8, 0);
    const headerLength = Number(length.readBigUInt64LE());
    if (headerLength > size - 8) throw bad(`its header claims ${headerLength} bytes, ${size - 8} are there`);
    const json = Buffer.alloc(headerLength);
    readSync(file, json, 0, headerLength, 8);
    let header: Record<string, unknown>;
    try {
      header = JSON.parse(json.toString('utf8')) as Record<string, unknown>;
    } catch (cause) {
      throw bad('its header is no JSON', cause);
    }
    const tensors: Record<string, StoredTensor> = {};
    for (const [name, value] of Object.entries(header)) {
      if (name === '__metadata__') continue;
      const { dtype, shape, data_offsets } = value as HeaderEntry;
      const [from, to] = data_offsets;
      const Kind = KINDS[dtype as Kind];
      if (!Kind) throw bad(`tensor ${name} has type ${dtype}, one of F32, I32, U8 expected`);
      const count = shape.reduce((a, b) => a * b, 1);
      if (to - from !== count * Kind.BYTES_PER_ELEMENT) throw bad(`tensor ${name} has a wrong length`);
      if (from < 0 || 8 + headerLength + to > size)
        throw bad(`tensor ${name} ends at byte ${8 + headerLength + to}, the file at ${size}`);
      const data = new Kind(count);
      const bytes = bytesOf(data);
      for (let at = 0; at < bytes.length; )
        at += readSync(file, bytes, at, Math.min(bytes.length - at, 1 << 30), 8 + headerLength + from + at);
      tensors[name] = { shape, data };
    }
    return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
  } finally {
    closeSync(file);
  }
}
