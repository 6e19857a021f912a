import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { KgmentorError } from '../../src/errors.js';
import type { Triples } from '../../src/kg/types.js';

export const LANGUAGES = ['el', 'en', 'es', 'fr', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One language's graph. Ids are local to it; URIs repeat, so the id is the key. */
export interface Dbp5lGraph {
  readonly uris: readonly string[];
  readonly train: Triples;
  readonly valid: Triples;
  readonly test: Triples;
}

export interface Dbp5l {
  readonly relations: readonly string[];
  readonly graphs: Readonly<Record<Language, Dbp5lGraph>>;
  /** Distinct links between two languages, as ids. */
  readonly links: readonly {
    readonly left: Language;
    readonly right: Language;
    readonly pairs: readonly [number, number][];
  }[];
  /** Rows of the link files: some repeat. */
  readonly linkRows: number;
}

/**
 * Reads the benchmark's own files.
 *
 * @throws KgmentorError NO_DATA when the folder is missing, BAD_DATA with file and line for a malformed row
 */
export function readDbp5l(folder: string): Dbp5l {
  if (!existsSync(path.join(folder, 'relations.txt')))
    throw new KgmentorError('NO_DATA', `${folder} does not hold DBP-5L.`, {
      next: 'Name its folder with --data DIR: entity/, kg/, seed_alignlinks/ and relations.txt.',
    });
  const relations = lines(folder, 'relations.txt');
  const graphs = Object.fromEntries(
    LANGUAGES.map((language) => {
      const uris = lines(folder, `entity/${language}.tsv`);
      const split = (name: string) =>
        triples(folder, `kg/${language}-${name}.tsv`, uris.length, relations.length);
      return [language, { uris, train: split('train'), valid: split('val'), test: split('test') }];
    }),
  ) as unknown as Record<Language, Dbp5lGraph>;
  let linkRows = 0;
  const links = readdirSync(path.join(folder, 'seed_alignlinks'))
    .filter((name) => name.endsWith('.tsv'))
    .sort()
    .map((name) => {
      const [left, right] = name.replace('.tsv', '').split('-') as [Language, Language];
      const rows = table(folder, `seed_alignlinks/${name}`, [
        graphs[left].uris.length,
        graphs[right].uris.length,
      ]);
      linkRows += rows.length;
      const distinct = new Map(rows.map(([a, b]) => [`${a} ${b}`, [a, b] as [number, number]]));
      return { left, right, pairs: [...distinct.values()] };
    });
  return { relations, graphs, links, linkRows };
}

const lines = (folder: string, name: string): string[] =>
  readFileSync(path.join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

function triples(folder: string, name: string, entities: number, relations: number): Triples {
  const rows = table(folder, name, [entities, relations, entities]);
  const column = (c: number) => Int32Array.from(rows, (row) => row[c]);
  return { head: column(0), relation: column(1), tail: column(2) };
}

/** Rows of ids below their bounds; links are written as floats. */
function table(folder: string, name: string, bounds: readonly number[]): number[][] {
  return lines(folder, name).map((line, i) => {
    const cells = line.split('\t').map(Number);
    if (
      cells.length === bounds.length &&
      cells.every((id, c) => Number.isInteger(id) && id >= 0 && id < bounds[c])
    )
      return cells;
    throw new KgmentorError(
      'BAD_DATA',
      `${name}:${i + 1}: ${JSON.stringify(line)} is not ${bounds.length} ids, each below ${bounds.join(', ')}.`,
      {
        next: 'Get the data set again.',
      },
    );
  });
}
