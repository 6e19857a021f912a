import { createReadStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { KgmentorError } from '../errors.js';

export type FileFormat = 'tsv' | 'csv';

/** One line's cells and where it stands, `links.tsv:14`. */
export interface FileRow {
  readonly cells: readonly string[];
  readonly where: string;
}

/** The format that a file's name tells: csv for `.csv` and `.csv.gz`, else tsv. */
export function formatOf(file: string): FileFormat {
  return /\.csv(\.gz)?$/i.test(file) ? 'csv' : 'tsv';
}

/**
 * The lines of a TSV file (no quoting, as knowledge graphs are written) or a CSV file (double quotes), plain or
 * `.gz`, as UTF-8. Empty lines are skipped.
 *
 * @throws KgmentorError NO_DATA where the file cannot be read, BAD_DATA where it is no UTF-8 or a quote stays open.
 */
export async function* readFileRows(file: string, format = formatOf(file)): AsyncGenerator<FileRow> {
  const name = path.basename(file);
  let line = 0;
  const parser = parse({
    delimiter: format === 'csv' ? ',' : '\t',
    quote: format === 'csv' ? '"' : null,
    record_delimiter: ['\r\n', '\n'],
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    info: true,
  });
  const raw = createReadStream(file);
  const bytes = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => bytes.destroy(error));
  const text = Readable.toWeb(bytes).pipeThrough(new TextDecoderStream('utf-8', { fatal: true }));
  const source = Readable.fromWeb(text as Parameters<typeof Readable.fromWeb>[0]);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      line = info.lines;
      yield { cells: record, where: `${name}:${line}` };
    }
  } catch (cause) {
    throw readingError(cause, file, `${name}:${line + 1}`);
  } finally {
    source.destroy();
    raw.destroy();
  }
}

function readingError(cause: unknown, file: string, where: string): unknown {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (['ENOENT', 'EACCES', 'EISDIR'].includes(code)) {
    return new KgmentorError('NO_DATA', `${file} cannot be read: ${code}.`, {
      next: 'Check the path and the rights.',
      cause,
    });
  }
  if (cause instanceof CsvError) {
    return new KgmentorError('BAD_DATA', `${where} or a line after it: ${cause.message}.`, {
      next: 'Mend the quotes of the line and run the import again.',
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
