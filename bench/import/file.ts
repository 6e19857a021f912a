import { createWriteStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { seededRandom } from '../../src/kg/random.js';

export const FORMATS: readonly string[] = ['tsv', 'nt', 'tsv.gz', 'nt.gz'];

/** Writes so many triples over a fifth as many entities and 20 relations, in the format of the file's name. */
export async function writeTriples(file: string, rows: number): Promise<void> {
  const random = seededRandom(1);
  const pick = (n: number) => Math.floor(random() * n);
  const iri = (name: string) => `<http://example.org/${name}>`;
  const rdf = /\.nt(\.gz)?$/.test(file);
  function* lines() {
    for (let i = 0; i < rows; i++) {
      const cells = [`e${pick(rows / 5)}`, `r${pick(20)}`, `e${pick(rows / 5)}`];
      yield rdf ? `${cells.map(iri).join(' ')} .\n` : `${cells.join('\t')}\n`;
    }
  }
  const packing = file.endsWith('.gz') ? createGzip() : new PassThrough();
  await pipeline(Readable.from(lines()), packing, createWriteStream(file));
}
