/** Two sources of one ring each, as files to import: films and books, linked one to one. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ConfigInput } from '../src/config.js';
import type { Graph } from '../src/graph/connect.js';
import { importAlignments, importEntities, importTriples } from '../src/graph/import.js';

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

/** Imports what {@link writeRings} wrote. */
export async function importRings(graph: Graph, folder: string): Promise<void> {
  const at = (name: string) => path.join(folder, name);
  const [films, books] = ['Film', 'Book'].map((label) => ({ label, key: 'id' }));
  await importEntities(graph, { source: 'films', nodes: films, file: at('films.csv'), header: true });
  await importTriples(graph, { source: 'films', nodes: films, file: at('films.tsv') });
  await importTriples(graph, { source: 'books', nodes: books, file: at('books.tsv') });
  await importAlignments(graph, { left: films, right: books, file: at('links.tsv') });
}
