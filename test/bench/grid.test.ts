import '../_here.js';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { type Cell, cellId, type Links } from '../../bench/grid/cell.js';
import type { Entry } from '../../bench/grid/groups.js';
import { ALL, makeCells } from '../../bench/grid/make.js';
import { readResults } from '../../bench/grid/results.js';
import { type GridOptions, runGrid } from '../../bench/grid/run.js';
import { openWorld, type World } from '../../bench/grid/world.js';
import { KgmentorError } from '../../src/errors.js';
import type { KgmentorEvent } from '../../src/events.js';
import { useGraph } from '../_neo4j.js';
import { newFolder, smallDbp5l } from './_smallDbp5l.js';

const make = makeCells({ dim: 8, epochs: 4 });
const settings = { batch: 32, evaluateEvery: 1 };
const teacher = make.teacher({ seed: 1, settings });
const studentOf = (change: object = {}) =>
  make.student({ target: 'ja', seed: 1, teacher, settings, ...change });
/** Greek is asked path queries as well. */
const greek = studentOf({ target: 'el' });
const HALF: Links = { share: 0.5, wrong: 0 };

const entriesOf = (...cells: Cell[]): Entry[] =>
  cells.map((cell, rank) => ({ id: cellId(cell), cell, group: 'headline', row: '', column: '', rank }));
const id = cellId;

describe('the grid', () => {
  const held = useGraph();
  let world: World;
  let results: string;
  let runs: string;
  let events: KgmentorEvent[];
  before(() => {
    world = openWorld(held.graph, smallDbp5l());
  });
  /** Goes on in a folder without results. */
  function anew() {
    const folder = newFolder();
    results = path.join(folder, 'results.jsonl');
    runs = path.join(folder, 'runs');
  }

  /** Runs cells; `events` then holds what the trainings told. */
  function grid(cells: readonly Cell[], options: Partial<GridOptions> = {}) {
    events = [];
    return runGrid({
      entries: entriesOf(...cells),
      world,
      results,
      runs,
      threads: 1,
      onEvent: (event) => events.push(event),
      ...options,
    });
  }
  const trainedRoles = () => [
    ...new Set(events.flatMap((event) => (event.type === 'epoch' ? [event.role] : []))),
  ];
  const withoutLine = (gone: string) =>
    writeFileSync(
      results,
      readFileSync(results, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.includes(`"id":"${gone}"`))
        .map((line) => `${line}\n`)
        .join(''),
    );

  it('measures each cell once: a line with metrics, stages and where it comes from', async () => {
    anew();
    const cells = [
      make.baseline('lookup', 'el'),
      greek,
      teacher,
      make.baseline('teacher', 'el', { teacher }),
    ];
    const { done, failed, left } = await grid(cells);
    assert.deepEqual([failed, left], [[], []]);
    assert.deepEqual([...done].sort(), cells.map((cell) => id(cell)).sort());
    const lines = readResults(results);
    const trained = lines.get(id(greek));
    assert.ok(trained?.metrics && lines.get(id(teacher)) && !lines.get(id(teacher))?.metrics);
    const { whole, copied, notCopied } = trained.metrics.tv;
    assert.equal(copied.count + notCopied.count, whole.count);
    assert.ok(copied.count > 0 && notCopied.count > 0 && whole.mrr > 0 && whole.hits10 <= 1);
    assert.deepEqual(
      trained.stages.map(({ name }) => name),
      ['read', 'train', 'evaluate', 'paths'],
    );
    for (const cell of [greek, cells[3]]) {
      const extra = lines.get(id(cell))?.extra ?? {};
      assert.ok(extra['paths of 2: count'] > 0 && extra['paths of 2: MRR'] > 0);
    }
    assert.equal(trained.validations?.length, 4);
    assert.equal(Math.max(...(trained.validations ?? []).map(([, mrr]) => mrr)), trained.validation);
    assert.equal(trained.settings?.dim, 8);
    assert.match(trained.commit, /^([0-9a-f]{12}\+?|unknown)$/);
    assert.equal(trained.threads, 1);

    const again = await grid(cells);
    assert.deepEqual([again.done, events], [[], []]);
  });

  it('gives all students of a teacher its folder; a folder that is gone is made again only where it is needed', async () => {
    // The teacher and its Greek student are those of the test before.
    const other = studentOf({ target: 'fr' });
    const cells = [teacher, greek, other];
    await grid(cells);
    assert.deepEqual(trainedRoles(), ['student']);
    assert.equal(readdirSync(path.join(runs, id(teacher), 'answers')).length, 2);
    const first = readResults(results);

    rmSync(path.join(runs, id(teacher)), { recursive: true });
    await grid(cells);
    assert.deepEqual(events, [], 'nothing is missing, so nothing is made');
    withoutLine(id(other));
    rmSync(path.join(runs, id(other)), { recursive: true });
    const { done } = await grid(cells);
    assert.deepEqual(trainedRoles(), ['teacher', 'student']);
    assert.deepEqual(done, [id(other)]);
    const again = readResults(results);
    assert.deepEqual(again.get(id(other))?.metrics, first.get(id(other))?.metrics);
    assert.deepEqual(again.get(id(teacher)), first.get(id(teacher)));
  });

  it('that was stopped goes on with the unfinished training to the same figures', async () => {
    anew();
    const plain = make.student({
      target: 'ja',
      seed: 2,
      teacher: null,
      settings: { ...settings, epochs: 8 },
    });
    await grid([plain]);
    const whole = readResults(results).get(id(plain));
    results = `${results}.other`;
    runs = `${runs}-other`;
    const stop = new AbortController();
    const stopping = grid([plain, make.baseline('lookup', 'el')], {
      signal: stop.signal,
      onEvent: (event) => event.type === 'epoch' && event.epoch === 3 && stop.abort(),
    });
    await assert.rejects(stopping, (error) => error instanceof KgmentorError && error.code === 'INTERRUPTED');
    assert.ok(!existsSync(results));
    await grid([plain]);
    const epochs = events.flatMap((event) => (event.type === 'epoch' ? [event.epoch] : []));
    assert.ok(epochs[0] > 1 && epochs.at(-1) === 8, epochs.join(' '));
    const resumed = readResults(results).get(id(plain));
    assert.deepEqual(resumed?.metrics, whole?.metrics);
    assert.deepEqual([whole?.resumed, resumed?.resumed], [undefined, true]);
  });

  it('goes on after a cell that fails, leaves out what needs it, and tells both', async () => {
    anew();
    const wrong = make.teacher({ seed: 1, settings: { dimm: 8 } });
    const its = studentOf({ teacher: wrong });
    const { done, failed } = await grid([wrong, its, make.baseline('frequency', 'el')]);
    assert.deepEqual(done, [id(make.baseline('frequency', 'el'))]);
    assert.deepEqual(
      failed.map((one) => one.id),
      [id(wrong), id(its)],
    );
    assert.match(failed[0].error, /"dimm".*"dim"/);
    assert.match(failed[1].error, /teacher .* failed/);
  });

  it('begins no cell after its hours', async () => {
    anew();
    const { done, left } = await grid([make.baseline('lookup', 'el')], { hours: 0 });
    assert.deepEqual([done, left], [[], [id(make.baseline('lookup', 'el'))]]);
  });

  it('with fewer links or wrong ones tells copied facts by all links, and the lookup finds less', async () => {
    anew();
    const cells = [ALL, HALF, { share: 1, wrong: 0.5 }].map((links) =>
      make.baseline('lookup', 'ja', { links }),
    );
    const few = studentOf({ teacher: null, links: HALF });
    await grid([...cells, few]);
    const lines = readResults(results);
    const [all, half, wrong] = cells.map((cell) => lines.get(id(cell))?.metrics?.tv);
    for (const other of [half, wrong, lines.get(id(few))?.metrics?.tv])
      assert.equal(other?.copied.count, all?.copied.count);
    assert.ok((half?.copied.mrr as number) < (all?.copied.mrr as number));
    assert.ok((wrong?.copied.mrr as number) < (all?.copied.mrr as number));
  });

  it('grows links for a teacher and its students, and tells alignment on the withheld ones', async () => {
    anew();
    const grown = make.teacher({ seed: 1, settings, links: HALF, grow: { rounds: 2, precision: 0.5 } });
    const plain = make.teacher({ seed: 1, settings, links: HALF });
    const its = studentOf({ teacher: grown, links: HALF });
    const { failed } = await grid([grown, plain, its, studentOf({ teacher: plain, links: HALF })]);
    assert.deepEqual(failed, []);
    const lines = readResults(results);
    const extra = (cell: Cell) => lines.get(id(cell))?.extra ?? {};
    assert.ok(extra(grown).added >= 0 && !('added' in extra(plain)));
    assert.equal(
      extra(grown).added > 0,
      existsSync(path.join(runs, id(grown), 'links.tsv')) &&
        readFileSync(path.join(runs, id(grown), 'links.tsv'), 'utf8') !== '',
    );
    const aligned = Object.keys(extra(plain)).filter((name) => name.endsWith('CSLS Hits@1'));
    assert.equal(aligned.length, 10, 'ten pairs of languages');
    assert.ok(extra(plain)['alignment el-en: count'] > 0);
    assert.equal(
      Object.keys(extra(its)).filter((name) => /^alignment ja-.*CSLS Hits@1/.test(name)).length,
      4,
    );
  });

  it('grows links for students without a teacher, and for the lookup', async () => {
    anew();
    const grow = { precision: 0.5 };
    const cells = [
      make.baseline('lookup', 'ja', { links: HALF, grow }),
      studentOf({ teacher: null, links: HALF, grow }),
    ];
    const { failed } = await grid(cells);
    assert.deepEqual(failed, []);
    assert.ok(existsSync(path.join(runs, id(cells[1]), 'links.tsv')));
    const lines = readResults(results);
    const [copied] = cells.map((cell) => lines.get(id(cell))?.metrics?.tv.copied.count);
    await grid([make.baseline('lookup', 'ja')]);
    const given = readResults(results).get(id(make.baseline('lookup', 'ja')));
    assert.equal(copied, given?.metrics?.tv.copied.count, 'by the given links, whichever are grown');
  });
});
