import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { duration } from '../../src/commands/output.js';
import { KgmentorError } from '../../src/errors.js';
import type { OnEvent } from '../../src/events.js';
import { files } from '../../src/train/job.js';
import { type Cell, describe, METHOD } from './cell.js';
import type { Entry } from './groups.js';
import { limitOf, plan, type Step, teacherOf } from './plan.js';
import { addResult, type Line, readResults, secondsOf } from './results.js';
import { type CellContext, type Found, runBaseline, runStudent, runTeacher } from './runCell.js';
import { isTrained } from './train.js';
import type { World } from './world.js';

export interface GridOptions {
  readonly entries: readonly Entry[];
  readonly world: World;
  /** File of results, one line a cell. */
  readonly results: string;
  /** Folder of run folders. */
  readonly runs: string;
  readonly only?: string;
  /** No cell is begun once this many have passed. */
  readonly hours?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
  readonly say?: (line: string) => void;
}

export interface GridOutcome {
  readonly done: readonly string[];
  readonly failed: readonly { readonly id: string; readonly error: string }[];
  /** Cells without a result that were not begun. */
  readonly left: readonly string[];
  readonly seconds: number;
}

/**
 * Runs the missing cells, one result line each. What is there is not run again; a training that was stopped goes on
 * from its checkpoint; a teacher whose folder is gone is trained again only where a missing cell needs it. A cell that
 * fails is told and left out, with those that need it.
 *
 * @throws KgmentorError INTERRUPTED after a stop
 * @example
 * await runGrid({ entries: declareGrid(), world, results: 'bench/results/dbp5l.jsonl', runs: 'runs/grid' });
 */
export async function runGrid(options: GridOptions): Promise<GridOutcome> {
  const { entries, world, hours = Number.POSITIVE_INFINITY, say = () => {} } = options;
  const { threads = availableParallelism(), signal, onEvent } = options;
  const lines = readResults(options.results);
  const steps = plan(entries, lines, options.only);
  const context: CellContext = {
    world,
    folder: (id) => path.join(options.runs, id),
    options: { threads, signal, onEvent },
  };
  const done: string[] = [];
  const failed = new Map<string, string>();
  const started = performance.now();
  const spent = () => (performance.now() - started) / 1000;
  const record = (id: string, cell: Cell, found: Found) => {
    const own = { threads, date: new Date().toISOString().slice(0, 10), commit: commit() };
    const line = addResult(options.results, { id, method: METHOD, cell, ...found, ...own });
    lines.set(id, line);
    // Only what goes on, or is aligned, needs it.
    rmSync(path.join(context.folder(id), files.checkpoint), { force: true });
    done.push(id);
    say(`  ${summary(line)}`);
  };
  const begin = async (id: string, cell: Cell): Promise<void> => {
    if (cell.what !== 'teacher' && cell.teacher !== null && !isTrained(context.folder(cell.teacher))) {
      const why = failed.get(cell.teacher);
      if (why) throw new Error(`Its teacher ${cell.teacher} failed.`);
      say(`  its teacher ${cell.teacher} is trained first: its folder is gone`);
      await begin(cell.teacher, teacherOf(entries, cell.teacher));
    }
    const found = await runCell(id, cell, context);
    if (!lines.has(id)) record(id, cell, found);
  };

  if (steps.length > 0 && hours > 0) await world.prepare();
  let at = 0;
  for (; at < steps.length && spent() < hours * 3600; at++) {
    const { id, cell } = steps[at];
    if (lines.has(id)) continue;
    if (signal?.aborted)
      throw new KgmentorError('INTERRUPTED', 'Stopped between two cells.', { next: GO_ON });
    say(`${at + 1} of ${steps.length}, ${id}: ${describe(cell)}, about ${duration(steps[at].seconds)}`);
    try {
      await begin(id, cell);
    } catch (error) {
      if (error instanceof KgmentorError && error.code === 'INTERRUPTED')
        throw new KgmentorError('INTERRUPTED', error.message, { next: GO_ON, cause: error });
      const why = error instanceof Error ? error.message : String(error);
      failed.set(id, why);
      say(`  failed: ${why}`);
    }
  }
  return {
    done,
    failed: [...failed].map(([id, error]) => ({ id, error })),
    left: steps.slice(at).map((step: Step) => step.id),
    seconds: spent(),
  };
}

const GO_ON = 'The same command goes on from there.';

const runCell = (id: string, cell: Cell, context: CellContext): Promise<Found> =>
  cell.what === 'teacher'
    ? runTeacher(id, cell, context)
    : cell.what === 'student'
      ? runStudent(id, cell, context)
      : runBaseline(id, cell, context);

function summary(line: Line): string {
  const seconds = secondsOf(line);
  const limit = limitOf(line.cell);
  return [
    duration(seconds),
    ...(seconds > limit ? [`over its limit of ${duration(limit)}`] : []),
    ...(line.validation ? [`validation MRR ${(100 * line.validation).toFixed(2)}`] : []),
    ...(line.metrics ? [`test MRR ${(100 * line.metrics.tv.whole.mrr).toFixed(2)} (tv)`] : []),
  ].join(', ');
}

/** The commit that is measured, with a plus where files differ from it. */
function commit(): string {
  const cwd = path.dirname(fileURLToPath(import.meta.url));
  const git = (...args: string[]) => spawnSync('git', args, { cwd, encoding: 'utf8' });
  const head = git('rev-parse', '--short=12', 'HEAD');
  if (head.status !== 0) return 'unknown';
  // The results grow while they are measured.
  const changed = git(
    'status',
    '--porcelain',
    '--untracked-files=no',
    '--',
    ':/',
    ':!/bench/results',
  ).stdout.trim();
  return `${head.stdout.trim()}${changed ? '+' : ''}`;
}
