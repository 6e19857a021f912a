import path from 'node:path';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { KgmentorError } from '../errors.js';
import { fileError, fileText, type OnBytes } from './fileText.js';

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
 * gzip, as UTF-8. Empty lines are skipped.
 *
 * @throws KgmentorError NO_DATA where the file cannot be read, BAD_DATA where it is no UTF-8 or a quote stays open.
 */
export async function* readFileRows(
  file: string,
  format = formatOf(file),
  onBytes?: OnBytes,
): AsyncGenerator<FileRow> {
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
  const source = Readable.from(fileText(file, onBytes));
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
    throw cause instanceof CsvError
      ? new KgmentorError('BAD_DATA', `${name}:${line + 1} or a line after it: ${cause.message}.`, {
          next: 'Mend the quotes of the line and run the import again.',
          cause,
        })
      : fileError(cause, file, `${name}:${line + 1}`);
  } finally {
    source.destroy();
  }
}
