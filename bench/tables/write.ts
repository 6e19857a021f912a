import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createOutput } from '../../src/commands/output.js';
import { RESULTS, ROOT } from '../grid/bench.js';
import { declareGrid } from '../grid/groups.js';
import { readResults } from '../grid/results.js';
import { bars } from './bars.js';
import { Board } from './board.js';
import { between, renderPages } from './page.js';

/** Writes the tables of docs/results.md and of the README, and prints what was aimed at. */
export function writeTables(options: { readonly json: boolean }): void {
  const entries = declareGrid();
  const lines = readResults(RESULTS);
  const { page, readme } = renderPages(entries, lines);
  const at = (name: string) => path.join(ROOT, name);
  mkdirSync(at('docs'), { recursive: true });
  writeFileSync(at('docs/results.md'), page);
  writeFileSync(at('README.md'), between(readFileSync(at('README.md'), 'utf8'), readme));
  const all = bars(new Board(entries, lines));
  createOutput({ ...options, quiet: false, verbose: false }).data({ bars: all }, () =>
    all.map(
      ({ what, least, measured, met }) =>
        `${met === undefined ? '?' : met ? 'reached' : 'NOT reached'}: ${what}: ${measured ?? 'missing'}, at least ${least}`,
    ),
  );
}
