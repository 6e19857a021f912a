/** Two sources of one ring each, as files to import: films and books, linked one to one. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ConfigInput } from '../src/config.js';

export const RING = 30;
export const RING_RELATIONS = ['LIKES', 'FOLLOWS', 'CITES'] as const;

/** Relation r leads from i to i + r + 1. */
const ring = (prefix: string, keep: (i: number) => boolean): string =>
  Array.from({ length: RING_RELATIONS.length * RING }, (_, i) => i)
    .filter(keep)
    .map((i) => {
      const r = Math.floor(i / RING);
      return `${prefix}${i % RING}\t${RING_RELATIONS[r]}\t${prefix}${(i + r + 1) % RING}\n`;
    })
    .join('');

/** Writes films.csv, films.tsv, books.tsv, which lacks each fifth fact, and links.tsv into a folder. */
export function writeRings(folder: string): void {
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  const keys = Array.from({ length: RING }, (_, i) => i);
  write('films.csv', `id,title\n${keys.map((i) => `f${i},Film ${i}\n`).join('')}`);
  write(
    'films.tsv',
    ring('f', () => true),
  );
  write(
    'books.tsv',
    ring('b', (i) => i % 5 !== 0),
  );
  write('links.tsv', keys.map((i) => `f${i}\tb${i}\n`).join(''));
}

export const ringConfig: ConfigInput = {
  sources: {
    films: { nodes: [{ label: 'Film', key: 'id', name: 'title' }] },
    books: { nodes: [{ label: 'Book', key: 'id' }] },
  },
  alignments: [{ relationship: 'SAME_AS' }],
  heldOut: { valid: 0.1, test: 0.2 },
  teacher: { dim: 8, epochs: 2, batch: 16 },
  student: { dim: 8, epochs: 2, batch: 16 },
};

/** The command lines that import what {@link writeRings} wrote. */
export const importRings = [
  'import films --nodes films.csv',
  'import films --triples films.tsv',
  'import books --triples books.tsv',
  'import --links links.tsv --between films,books',
] as const;
