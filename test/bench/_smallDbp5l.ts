import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { type Dbp5l, LANGUAGES, readDbp5l } from '../../bench/dbp5l/data.js';
import { seededRandom } from '../../src/kg/random.js';

const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, removed when the tests of the file have ended. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-grid-'));
  made.push(folder);
  return folder;
}

const CONCEPTS = 60;
const RELATIONS = 3;
/** A concept's id in a language: each numbers them its own way. */
const idOf = (language: number, concept: number) =>
  (concept * [7, 11, 13, 17, 19][language] + language) % CONCEPTS;

/** A benchmark of the same form, small enough for tests: five languages tell parts of one ring. */
export function smallDbp5l(): Dbp5l {
  const folder = newFolder();
  const random = seededRandom(3);
  const files: Record<string, string[]> = {
    'relations.txt': Array.from({ length: RELATIONS }, (_, r) => `relation${r}`),
  };
  for (const [l, language] of LANGUAGES.entries()) {
    files[`entity/${language}.tsv`] = Array.from({ length: CONCEPTS }, (_, id) => `${language}:${id}`);
    for (const split of ['train', 'val', 'test']) files[`kg/${language}-${split}.tsv`] = [];
    for (let c = 0; c < CONCEPTS; c++)
      for (let r = 0; r < RELATIONS; r++) {
        const x = random();
        const split = x < 0.55 ? 'train' : x < 0.75 ? 'val' : 'test';
        files[`kg/${language}-${split}.tsv`].push(
          [idOf(l, c), r, idOf(l, (c + r + 1) % CONCEPTS)].join('\t'),
        );
      }
    for (const [m, other] of LANGUAGES.entries())
      if (m > l)
        files[`seed_alignlinks/${language}-${other}.tsv`] = Array.from({ length: CONCEPTS }, (_, c) => c)
          .filter((c) => (c + l + m) % 4 !== 0)
          .map((c) => `${idOf(l, c)}.0\t${idOf(m, c)}.0`);
  }
  for (const [name, lines] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), lines.map((line) => `${line}\r\n`).join(''));
  }
  return readDbp5l(folder);
}
