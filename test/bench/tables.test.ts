import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { dbp5lConfig } from '../../bench/dbp5l/graph.js';
import { RESULTS, ROOT } from '../../bench/grid/bench.js';
import type { Cell } from '../../bench/grid/cell.js';
import { declareGrid, type Entry, fewRow, TARGETS } from '../../bench/grid/groups.js';
import { type Line, readResults } from '../../bench/grid/results.js';
import { bars } from '../../bench/tables/bars.js';
import { Board, shown } from '../../bench/tables/board.js';
import { times } from '../../bench/tables/costs.js';
import { between, renderPages } from '../../bench/tables/page.js';

const entries = declareGrid();
const results = readResults(RESULTS);

describe('the documents', () => {
  it('hold the tables of the committed results: `npm run bench -- tables` writes them', () => {
    const { page, readme } = renderPages(entries, results);
    const text = (name: string) => readFileSync(path.join(ROOT, name), 'utf8');
    assert.equal(text('docs/results.md'), page);
    assert.equal(text('README.md'), between(text('README.md'), readme));
  });

  it('rest on results with the defaults of today: where one has changed, METHOD is raised', () => {
    const ids = new Set(entries.map(({ id }) => id));
    for (const { id, cell, settings } of results.values()) {
      if (!ids.has(id) || !settings || cell.what === 'baseline') continue;
      const given = {
        [cell.what]: { ...cell.settings, ...(cell.what === 'teacher' && { sources: cell.sources }) },
      };
      const now = dbp5lConfig(given)[cell.what] as Record<string, unknown>;
      for (const [key, value] of Object.entries(settings))
        assert.deepEqual(now[key], value, `${key} of ${id}`);
    }
  });
});

/** A result of a cell; figures in the order whole, copied, not copied. */
function lineOf(id: string, cell: Cell, mrr: number, change: Partial<Line> = {}): Line {
  const figures = { count: 10, mrr, hits1: mrr / 2, hits10: mrr };
  const report = { whole: figures, copied: figures, notCopied: figures };
  return {
    id,
    method: 1,
    cell,
    ...(cell.what !== 'teacher' && { metrics: { tv: report, full: report } }),
    stages: [{ name: 'train', seconds: 600, peakMb: 100 }],
    threads: 2,
    date: '2026-01-01',
    commit: 'abcdefabcdef',
    ...change,
  };
}

/** A board on which the chosen entries have results. */
const boardOf = (choose: (entry: Entry, index: number) => Line | undefined) =>
  new Board(
    entries,
    new Map(
      entries.flatMap((entry, i) => {
        const line = choose(entry, i);
        return line ? [[entry.id, line] as const] : [];
      }),
    ),
  );
const isHeadline = ({ group, row }: Entry) => group === 'headline' && row === 'student';
const seedOf = ({ cell }: Entry) => (cell.what === 'baseline' ? 0 : (cell.settings.seed as number));

describe('a place of a table', () => {
  it('shows mean and spread of seeds, says what is missing, and stays empty where nothing is declared', () => {
    assert.equal(shown([0.7, 0.72, 0.74]), '72.00 ± 2.00');
    assert.equal(shown([0.7, undefined, 0.74]), '72.00 ± 2.83 (2 of 3 seeds)');
    assert.equal(shown([0.7, undefined, undefined]), '70.00 (1 of 3 seeds)');
    assert.equal(shown([undefined]), 'missing');
    assert.equal(shown([0.7]), '70.00');
    assert.equal(shown([]), '');
  });

  it('averages languages seed by seed, a seed that lacks one left out', () => {
    const board = boardOf((entry) => {
      if (!isHeadline(entry)) return undefined;
      if (seedOf(entry) === 3 && entry.column === 'en') return undefined;
      const place = TARGETS.indexOf(entry.column as (typeof TARGETS)[number]);
      return lineOf(entry.id, entry.cell, 0.5 + 0.1 * place + 0.01 * seedOf(entry));
    });
    const average = board.average('headline', 'student', TARGETS);
    assert.deepEqual(
      average.map((value) => value?.toFixed(3)),
      ['0.710', '0.720', undefined],
    );
    const { page, readme } = renderPages(entries, board.lines);
    for (const text of [page, readme])
      assert.match(
        text,
        /\| \*\*student\*\* \| 52\.00 ± 1\.00 \|.*\| 91\.50 ± 0\.71 \(2 of 3 seeds\) \| 71\.50 ± 0\.71 \(2 of 3 seeds\) \|/,
      );
    assert.match(page, /\| headline \| 48 \| 34 \| 2\.3 \|/);
    assert.match(page, /\| lookup \| missing \|/);
  });
});

describe('the table of times', () => {
  it('averages over what is trained alike only: teachers of a size, students of as many epochs', () => {
    const rows = times(boardOf(({ id, cell }) => lineOf(id, cell, 0.7))).split('\n');
    const starting = (text: string) => rows.filter((row) => row.startsWith(`| ${text}`));
    assert.equal(starting('teacher of 5 languages, complex |').length, 1);
    assert.equal(starting('teacher of 5 languages, complex, 512 numbers, 12 epochs |').length, 1);
    for (const epochs of [12, 44])
      assert.equal(starting(`student, complex, 128 numbers, ${epochs} epochs |`).length, 1);
  });
});

describe('what was aimed at', () => {
  it('is open while a cell is missing, and reached or not once all are there', () => {
    assert.ok(bars(boardOf(() => undefined)).every(({ met }) => met === undefined));
    const all = bars(
      boardOf(({ id, cell, group, row }) => {
        const mrr =
          row === 'lookup' || row.startsWith('lookup')
            ? 0.65
            : row === fewRow('grown', 0.2)
              ? 0.75
              : row === fewRow('student', 0.2)
                ? 0.74
                : group === 'small' && row === 'teacher'
                  ? 0.72
                  : 0.73;
        const prepareSeconds = cell.what === 'student' && cell.teacher ? 5 : 1;
        return lineOf(id, cell, mrr, {
          validation: 0.5,
          validations: [
            [2, 0.4, 10],
            [4, 0.5, cell.what === 'student' && !cell.teacher ? 40 : 20],
          ],
          trainSeconds: cell.what === 'teacher' ? 500 : 40,
          prepareSeconds,
          extra: {
            added: 10,
            precision: 0.95,
            'paths of 2: MRR': ['gru', 'rsn'].includes(row) ? 0.4 : 0.3,
            'paths of 3: MRR': 0.2,
          },
        });
      }),
    );
    const met = Object.fromEntries(all.map((bar) => [bar.what, bar.met]));
    const notMet = Object.entries(met).filter(([, value]) => value !== true);
    assert.deepEqual(notMet, [['points that `--grow-links` adds at 20 %', false]]);
  });
});
