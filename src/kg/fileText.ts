import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KgmentorError } from '../errors.js';

/** Told how many bytes of the file as it lies on the disk have been read. */
export type OnBytes = (read: number) => void;

/** First bytes of what is not read, and what to do then. */
const FOREIGN: readonly (readonly [name: string, bytes: readonly number[], next: string])[] = [
  ['compressed with bzip2', [0x42, 0x5a, 0x68], 'Unpack it, or `bzcat FILE | gzip > FILE.gz`.'],
  ['compressed with xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'Unpack it, or `xzcat FILE | gzip > FILE.gz`.'],
  ['compressed with zstd', [0x28, 0xb5, 0x2f, 0xfd], 'Unpack it, or `zstdcat FILE | gzip > FILE.gz`.'],
  ['a zip archive', [0x50, 0x4b, 0x03, 0x04], 'Unpack it.'],
  ['UTF-16', [0xff, 0xfe], 'Convert it: `iconv -f UTF-16 -t UTF-8`.'],
  ['UTF-16', [0xfe, 0xff], 'Convert it: `iconv -f UTF-16 -t UTF-8`.'],
];

/**
 * The text of a file in pieces, with memory that does not grow with it: plain or gzip, which its first bytes tell and
 * not its name, as strict UTF-8.
 *
 * @throws KgmentorError BAD_DATA where the first bytes are of another compression or encoding; else what the streams
 *   throw: `fileError` names the place
 * @example
 * for await (const piece of fileText('links.tsv.gz')) length += piece.length;
 */
export async function* fileText(file: string, onBytes?: OnBytes): AsyncGenerator<string> {
  const packed = await isGzip(file);
  const raw = createReadStream(file);
  let read = 0;
  raw.on('data', (piece) => {
    read += piece.length;
    onBytes?.(read);
  });
  const bytes = packed ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => bytes.destroy(error));
  const text = Readable.toWeb(bytes).pipeThrough(new TextDecoderStream('utf-8', { fatal: true }));
  try {
    yield* text as unknown as AsyncIterable<string>;
  } finally {
    bytes.destroy();
    raw.destroy();
  }
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const begins = (bytes: readonly number[]) =>
      bytesRead >= bytes.length && bytes.every((byte, i) => buffer[i] === byte);
    for (const [name, bytes, next] of FOREIGN)
      if (begins(bytes))
        throw new KgmentorError('BAD_DATA', `${file} is ${name}; UTF-8, plain or gzip, expected.`, { next });
    return begins([0x1f, 0x8b]);
  } finally {
    await handle.close();
  }
}

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex');
}

/** What a stream threw, as an error that names file and line. */
export function fileError(cause: unknown, file: string, where: string): unknown {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (['ENOENT', 'EACCES', 'EISDIR'].includes(code)) {
    return new KgmentorError('NO_DATA', `${file} cannot be read: ${code}.`, {
      next: 'Check the path and the rights.',
      cause,
    });
  }
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new KgmentorError('BAD_DATA', `${where} or a line after it is not UTF-8.`, {
      next: 'Convert the file to UTF-8 and run the import again.',
      cause,
    });
  }
  if (code.startsWith('Z_')) {
    return new KgmentorError('BAD_DATA', `${where}: the gzip data is damaged or cut off (${code}).`, {
      next: 'Get the file again.',
      cause,
    });
  }
  return cause;
}
