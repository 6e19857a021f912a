import { stat } from 'node:fs/promises';
import { KgmentorError } from '../errors.js';
import { type FileFormat, type FileRow, formatOf, readFileRows } from '../kg/fileRows.js';
import { fileDigest, fileError } from '../kg/fileText.js';
import type { RdfNaming } from '../kg/rdfNames.js';
import { type LeftOut, nothingLeftOut, readRdfRows } from '../kg/rdfRows.js';
import { type RdfFormat, rdfFormatOf } from '../kg/rdfStatements.js';

/** Where rows come from: a file, or rows at hand. */
export interface RowsFrom {
  readonly file?: string;
  readonly rows?: Iterable<readonly (string | number)[]> | AsyncIterable<readonly (string | number)[]>;
  /** Format of the file; by its name where absent. */
  readonly format?: FileFormat | RdfFormat;
  /** Whether the first row holds column names; never in RDF. */
  readonly header?: boolean;
  /** How IRIs of RDF become relationship types; `local` where absent. */
  readonly naming?: RdfNaming;
}

/** Rows that can be read again from the start. */
export interface RowSource {
  /** A new pass over all rows; a header counts as one. */
  rows(): AsyncGenerator<FileRow>;
  readonly header: boolean;
  /** SHA-256 of the file's bytes, absent for rows at hand. */
  readonly digest?: string;
  /** Bytes of the file; 0 for rows at hand. */
  readonly size: number;
  /** Bytes that the latest pass has read. */
  readonly read: number;
  /** What the latest pass over RDF did not take. */
  readonly leftOut?: LeftOut;
}

/**
 * Opens what is to be imported.
 *
 * @param take what rows of an RDF file are; absent where it can be no RDF
 * @throws KgmentorError NO_DATA where the file cannot be read; USAGE for RDF where it can be none
 */
export async function openSource(from: RowsFrom, take?: 'facts' | 'links'): Promise<RowSource> {
  const { file } = from;
  if (file === undefined) return fromMemory(from);
  const format = from.format ?? rdfFormatOf(file) ?? formatOf(file);
  const rdf = format === 'nt' || format === 'ttl';
  if (rdf && take === undefined)
    throw new KgmentorError('USAGE', `${file} is RDF, from which no properties of nodes are imported.`, {
      next: 'Import its facts as triples, or give a table of nodes.',
    });
  let size: number;
  let digest: string;
  try {
    size = (await stat(file)).size;
    digest = await fileDigest(file);
  } catch (cause) {
    throw fileError(cause, file, file);
  }
  const source = { header: !rdf && from.header === true, digest, size, read: 0 };
  const onBytes = (read: number) => {
    source.read = read;
  };
  if (!rdf) return Object.assign(source, { rows: () => readFileRows(file, format, onBytes) });
  const reading = { format, take: take ?? 'facts', naming: from.naming ?? 'local', onBytes } as const;
  const opened = Object.assign(source, {
    leftOut: nothingLeftOut(),
    async *rows() {
      opened.leftOut = nothingLeftOut();
      yield* readRdfRows(file, { ...reading, scope: digest.slice(0, 12), leftOut: opened.leftOut });
    },
  });
  return opened;
}

async function fromMemory({ rows = [], header = false }: RowsFrom): Promise<RowSource> {
  const held: (readonly (string | number)[])[] = [];
  for await (const cells of rows) held.push(cells);
  return {
    header,
    size: 0,
    read: 0,
    async *rows() {
      for (const [i, cells] of held.entries()) yield { cells: cells.map(String), where: `row ${i + 1}` };
    },
  };
}
