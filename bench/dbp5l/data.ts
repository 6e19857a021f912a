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
 * @throws KgmentorError NO_DATA when the folder or a file is missing, BAD_DATA with file and line for a malformed row
 * @example
 * readDbp5l('../shared/data/dbp5l').graphs.el.train.head; // Int32Array of ids in graphs.el.uris
 */
export function readDbp5l(folder: string): Dbp5l {
  if (!existsSync(path.join(folder, 'relations.txt'))) throw missing(`${folder} does not hold DBP-5L.`);
  const relations = names(folder, 'relations.txt');
  const graphs = Object.fromEntries(
    LANGUAGES.map((language) => {
      const uris = names(folder, `entity/${language}.tsv`);
      const split = (name: string) =>
        triples(folder, `kg/${language}-${name}.tsv`, uris.length, relations.length);
      return [language, { uris, train: split('train'), valid: split('val'), test: split('test') }];
    }),
  ) as unknown as Record<Language, Dbp5lGraph>;
  let linkRows = 0;
  const links = linkFiles(folder).map(({ name, left, right }) => {
    const rows = table(folder, name, [graphs[left].uris.length, graphs[right].uris.length]);
    linkRows += rows.length;
    const distinct = new Map(rows.map(([a, b]) => [`${a} ${b}`, [a, b] as [number, number]]));
    return { left, right, pairs: [...distinct.values()] };
  });
  return { relations, graphs, links, linkRows };
}

function linkFiles(folder: string): { name: string; left: Language; right: Language }[] {
  if (!existsSync(path.join(folder, 'seed_alignlinks')))
    throw missing(`${folder} does not hold seed_alignlinks.`);
  const isLanguage = (name: string): name is Language => LANGUAGES.some((language) => language === name);
  return readdirSync(path.join(folder, 'seed_alignlinks'))
    .filter((file) => file.endsWith('.tsv'))
    .sort()
    .map((file) => {
      const name = `seed_alignlinks/${file}`;
      const [left, right, ...more] = file.replace('.tsv', '').split('-');
      if (isLanguage(left) && isLanguage(right) && left !== right && more.length === 0)
        return { name, left, right };
      throw malformed(`${name} does not name two of ${LANGUAGES.join(', ')}.`);
    });
}

const missing = (message: string) =>
  new KgmentorError('NO_DATA', message, {
    next: 'Name its folder with --data DIR: entity/, kg/, seed_alignlinks/ and relations.txt.',
  });

const malformed = (message: string) =>
  new KgmentorError('BAD_DATA', message, { next: 'Get the data set again.' });

/** All lines, also empty ones: positions are ids. The files end their lines with CR and LF. */
function lines(folder: string, name: string): string[] {
  const file = path.join(folder, name);
  if (!existsSync(file)) throw missing(`${folder} does not hold ${name}.`);
  const found = readFileSync(file, 'utf8').split(/\r?\n/);
  if (found.at(-1) === '') found.pop();
  return found;
}

function names(folder: string, name: string): string[] {
  const found = lines(folder, name);
  const empty = found.findIndex((line) => line.trim() === '');
  if (empty >= 0) throw malformed(`${name}:${empty + 1}: an empty line, a name expected.`);
  return found;
}

function triples(folder: string, name: string, entities: number, relations: number): Triples {
  const rows = table(folder, name, [entities, relations, entities]);
  const column = (c: number) => Int32Array.from(rows, (row) => row[c]);
  return { head: column(0), relation: column(1), tail: column(2) };
}

/** Rows of ids below their bounds; links are written as floats. */
function table(folder: string, name: string, bounds: readonly number[]): number[][] {
  return lines(folder, name).map((line, i) => {
    const cells = line.split('\t');
    if (
      cells.length === bounds.length &&
      cells.every((cell, c) => /^\d+(\.0+)?$/.test(cell) && Number(cell) < bounds[c])
    )
      return cells.map(Number);
    throw malformed(
      `${name}:${i + 1}: ${JSON.stringify(line)} is not ${bounds.length} ids, each below ${bounds.join(', ')}.`,
    );
  });
}
