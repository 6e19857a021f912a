import { KgmentorError } from '../errors.js';

/** How an IRI becomes a relationship type: its last part, `prefix__last`, or the whole. */
export type RdfNaming = 'local' | 'prefixed' | 'full';
export const RDF_NAMINGS: readonly RdfNaming[] = ['local', 'prefixed', 'full'];

/** Vocabularies that many files use without declaring them; a file's own prefixes come first. */
const KNOWN: Readonly<Record<string, string>> = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  owl: 'http://www.w3.org/2002/07/owl#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  foaf: 'http://xmlns.com/foaf/0.1/',
  dc: 'http://purl.org/dc/elements/1.1/',
  dcterms: 'http://purl.org/dc/terms/',
  schema: 'http://schema.org/',
  dbo: 'http://dbpedia.org/ontology/',
  dbp: 'http://dbpedia.org/property/',
  wdt: 'http://www.wikidata.org/prop/direct/',
};

/**
 * Short names of IRIs, always the same one for one IRI, and never one for two.
 *
 * @example
 * const names = new RdfNames('local');
 * names.of('http://xmlns.com/foaf/0.1/knows', 'people.nt:1'); // 'knows'
 */
export class RdfNames {
  readonly #naming: RdfNaming;
  readonly #prefixes = new Map<string, string>(Object.entries(KNOWN).map(([name, iri]) => [iri, name]));
  readonly #names = new Map<string, string>();
  readonly #owners = new Map<string, string>();

  constructor(naming: RdfNaming) {
    this.#naming = naming;
  }

  declare(prefix: string, iri: string): void {
    if (prefix !== '') this.#prefixes.set(iri, prefix);
  }

  /**
   * The name of an IRI that stands at a place of a file.
   *
   * @throws KgmentorError BAD_DATA where another IRI has that name
   */
  of(iri: string, where: string): string {
    const known = this.#names.get(iri);
    if (known !== undefined) return known;
    const name = this.#shorten(iri);
    const owner = this.#owners.get(name);
    if (owner !== undefined)
      throw new KgmentorError('BAD_DATA', `${where}: <${iri}> and <${owner}> would both be called ${name}.`, {
        next: `Run the import again with --relations ${this.#naming === 'local' ? 'prefixed or --relations full' : 'full'}.`,
      });
    this.#names.set(iri, name);
    this.#owners.set(name, iri);
    return name;
  }

  #shorten(iri: string): string {
    if (this.#naming === 'full') return iri;
    const at = Math.max(iri.lastIndexOf('#'), iri.lastIndexOf('/'), iri.lastIndexOf(':')) + 1;
    const local = iri.slice(at);
    if (local === '') return iri;
    if (this.#naming === 'local') return local;
    const prefix = this.#prefixes.get(iri.slice(0, at));
    return prefix === undefined ? iri : `${prefix}__${local}`;
  }
}
