import path from 'node:path';
import { DataFactory, Parser, type ParserOptions, type Quad, type Term } from 'n3';
import { KgmentorError } from '../errors.js';
import { fileError, fileText, type OnBytes } from './fileText.js';

export type RdfFormat = 'nt' | 'ttl';

/** One statement, and where it ends, `people.ttl:14`. */
export interface RdfStatement {
  readonly subject: Term;
  readonly predicate: Term;
  readonly object: Term;
  readonly where: string;
}

/** The format that a file's name tells: `.nt`, `.ttl` and their long forms, also with `.gz`. */
export function rdfFormatOf(file: string): RdfFormat | undefined {
  const name = file.toLowerCase().replace(/\.gz$/, '');
  if (/\.(nt|ntriples)$/.test(name)) return 'nt';
  return /\.(ttl|turtle)$/.test(name) ? 'ttl' : undefined;
}

export interface RdfReading {
  readonly format: RdfFormat;
  /** Told each prefix that the file declares. */
  readonly onPrefix?: (prefix: string, iri: string) => void;
  readonly onBytes?: OnBytes;
}

/** What the parser calls; its types lack the hook for tokens, which know their lines. */
type Parse = (
  input: { on(event: string, call: (piece?: string) => void): void },
  callbacks: {
    onQuad(error: (Error & { context?: { line?: number } }) | null, quad: Quad | null): void;
    onPrefix(prefix: string, iri: Term): void;
    onToken(token: { line: number }): void;
  },
) => void;

/**
 * The statements of an N-Triples or Turtle file, plain or gzip, in memory that does not grow with the file. Blank
 * nodes are named by their label, or counted where they have none: in the same way each time the file is read.
 *
 * @throws KgmentorError NO_DATA where the file cannot be read; BAD_DATA with file and line where it is malformed
 * @example
 * for await (const { subject, where } of readStatements('people.nt', { format: 'nt' })) console.log(where, subject.value);
 */
export async function* readStatements(file: string, reading: RdfReading): AsyncGenerator<RdfStatement> {
  const name = path.basename(file);
  let line = 1;
  let found: RdfStatement[] = [];
  let failure: (Error & { context?: { line?: number } }) | undefined;
  let feed = (_piece?: string) => {};
  let end = () => {};
  const parser = new Parser(options(reading.format));
  (parser.parse as unknown as Parse).call(
    parser,
    {
      on(event, call) {
        if (event === 'data') feed = call;
        if (event === 'end') end = call;
      },
    },
    {
      onQuad(error, quad) {
        if (error) failure ??= error;
        else if (quad) found.push(statement(quad, `${name}:${line}`));
      },
      onPrefix: (prefix, iri) => reading.onPrefix?.(prefix, iri.value ?? String(iri)),
      onToken: (token) => {
        line = token.line;
      },
    },
  );
  function* taken() {
    const statements = found;
    found = [];
    yield* statements;
    if (failure) throw malformed(failure, name, line);
  }
  try {
    for await (const piece of fileText(file, reading.onBytes)) {
      feed(piece);
      yield* taken();
    }
    end();
    yield* taken();
  } catch (cause) {
    throw fileError(cause, file, `${name}:${line}`);
  }
}

const statement = ({ subject, predicate, object }: Quad, where: string): RdfStatement => ({
  subject,
  predicate,
  object,
  where,
});

function options(format: RdfFormat): ParserOptions {
  let unnamed = 0;
  const blankNode = (label?: string) => DataFactory.blankNode(label ?? `a${unnamed++}`);
  return {
    format: format === 'nt' ? 'N-Triples' : 'Turtle',
    // The prefix keeps labels of the file apart from those that are counted.
    blankNodePrefix: '_:l',
    factory: { ...DataFactory, blankNode } as ParserOptions['factory'],
  };
}

function malformed(
  error: Error & { context?: { line?: number } },
  name: string,
  line: number,
): KgmentorError {
  const said = error.message.replace(/ on line \d+\.$/, '').replace(/\.$/, '');
  return new KgmentorError('BAD_DATA', `${name}:${error.context?.line ?? line}: ${said}.`, {
    next: 'Mend the statement and run the import again; nothing of this file was written.',
    cause: error,
  });
}
