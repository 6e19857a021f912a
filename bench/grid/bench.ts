import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { count, createOutput, duration, table } from '../../src/commands/output.js';
import { KgmentorError } from '../../src/errors.js';
import { connect } from '../../src/graph/connect.js';
import { connectionOf } from '../../src/settings.js';
import { readDbp5l } from '../dbp5l/data.js';
import { describe } from './cell.js';
import { declareGrid, GROUPS } from './groups.js';
import type { Tiny } from './make.js';
import { plan } from './plan.js';
import { type Line, readResults, secondsOf } from './results.js';
import { runGrid } from './run.js';
import { openWorld } from './world.js';

/** The repository's root, from where this file is compiled to. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const RESULTS = path.join(ROOT, 'bench/results/dbp5l.jsonl');

export interface GridBenchOptions {
  readonly data: string;
  readonly only?: string;
  readonly dryRun: boolean;
  readonly hours?: number;
  readonly threads?: number;
  readonly runs?: string;
  readonly results?: string;
  readonly tiny: Tiny;
  readonly json: boolean;
}

/** Runs what is missing of the grid, or says what would be run. */
export async function gridBench(options: GridBenchOptions): Promise<void> {
  const { only, hours, threads } = options;
  const out = createOutput({ json: options.json, quiet: false, verbose: false });
  const entries = declareGrid(options.tiny);
  const results = options.results ?? RESULTS;
  const lines = readResults(results);
  const steps = plan(entries, lines, only);
  const ids = new Set(entries.map(({ id }) => id));
  const measured = [...lines.values()].filter(({ id }) => ids.has(id));
  const estimated = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  out.say(
    `${count(measured.length)} of ${count(ids.size)} cells are measured, in ${duration(total(measured))}; ${count(steps.length)} to run, about ${duration(estimated)}`,
  );
  if (options.dryRun) {
    out.data({ steps, estimated }, () =>
      table(
        ['cell', 'tables', 'about', 'what'],
        steps.map((step) => [step.id, step.groups.join(' '), duration(step.seconds), describe(step.cell)]),
      ),
    );
    return;
  }
  const data = readDbp5l(options.data);
  const stop = new AbortController();
  const ask = () => {
    if (!stop.signal.aborted) out.say('stopping; Ctrl-C once more to stop at once');
    stop.abort();
  };
  process.on('SIGINT', () => (stop.signal.aborted ? process.exit(130) : ask()));
  // The launcher repeats this one until the program has ended.
  process.on('SIGTERM', ask);
  const graph = await connect(connectionOf({}));
  try {
    const outcome = await runGrid({
      entries,
      world: openWorld(graph, data, out.onEvent),
      results,
      runs: path.resolve(options.runs ?? path.join(ROOT, 'runs/grid')),
      only,
      hours,
      threads,
      signal: stop.signal,
      onEvent: out.onEvent,
      say: out.say,
    });
    const { done, failed, left, seconds } = outcome;
    out.data(outcome, () => [
      `${count(done.length)} cells measured in ${duration(seconds)}; ${count(left.length)} left; ${count(failed.length)} failed`,
      ...failed.map(({ id, error }) => `  ${id}: ${error}`),
    ]);
    if (failed.length > 0)
      throw new KgmentorError('UNEXPECTED', `${count(failed.length)} cells failed.`, {
        next: 'See their errors above; the same command runs them again.',
      });
  } finally {
    await graph.close();
  }
}

const total = (lines: readonly Line[]) => lines.reduce((sum, line) => sum + secondsOf(line), 0);

export const ONLY = `a table (${GROUPS.join(', ')}), the beginning of a cell's id, or a part of its description`;
