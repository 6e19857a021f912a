import type { Term } from 'n3';
import type { FileRow } from './fileRows.js';
import type { OnBytes } from './fileText.js';
import { RdfNames, type RdfNaming } from './rdfNames.js';
import { type RdfFormat, readStatements } from './rdfStatements.js';

export const SAME_AS = 'http://www.w3.org/2002/07/owl#sameAs';

/** Statements of a file that were no row, by the reason. */
export interface LeftOut {
  /** Statements whose object is a text, number or date. */
  literals: number;
  /** `owl:sameAs`, where triples are read. */
  sameAs: number;
  /** Other statements, where links are read. */
  facts: number;
  /** Statements about statements. */
  quoted: number;
}

export const nothingLeftOut = (): LeftOut => ({ literals: 0, sameAs: 0, facts: 0, quoted: 0 });

export interface RdfRowsOptions {
  readonly format: RdfFormat;
  /** Rows are (head, relation, tail) of facts, or the two ends of `owl:sameAs`. */
  readonly take: 'facts' | 'links';
  readonly naming: RdfNaming;
  /** Tells this file's blank nodes from those of others. */
  readonly scope: string;
  /** Counted up while rows are taken. */
  readonly leftOut: LeftOut;
  readonly onBytes?: OnBytes;
}

/**
 * The facts or the links of an N-Triples or Turtle file as rows. Keys are whole IRIs, `_:scope-label` for blank nodes.
 *
 * @throws KgmentorError as `readStatements` and `RdfNames.of`
 * @example
 * readRdfRows('people.nt', { format: 'nt', take: 'facts', naming: 'local', scope: '9f86d0', leftOut: nothingLeftOut() });
 */
export async function* readRdfRows(file: string, options: RdfRowsOptions): AsyncGenerator<FileRow> {
  const { format, take, naming, scope, leftOut, onBytes } = options;
  const names = new RdfNames(naming);
  const key = ({ termType, value }: Term) => (termType === 'BlankNode' ? `_:${scope}-${value}` : value);
  const onPrefix = (prefix: string, iri: string) => names.declare(prefix, iri);
  for await (const { subject, predicate, object, where } of readStatements(file, {
    format,
    onPrefix,
    onBytes,
  })) {
    const isLink = predicate.value === SAME_AS;
    if (isQuoted(subject) || isQuoted(object)) leftOut.quoted++;
    else if (object.termType === 'Literal') leftOut.literals++;
    else if (isLink && take === 'facts') leftOut.sameAs++;
    else if (!isLink && take === 'links') leftOut.facts++;
    else if (isLink) yield { cells: [key(subject), key(object)], where };
    else yield { cells: [key(subject), names.of(predicate.value, where), key(object)], where };
  }
}

const isQuoted = (term: Term): boolean => (term.termType as string) === 'Quad';
