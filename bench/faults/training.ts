/** A small training by the command line, which may be ended in any way and is gone on with. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Graph } from '../../src/graph/connect.js';
import { importAlignments, importTriples } from '../../src/graph/import.js';
import { files } from '../../src/train/job.js';
import { type CliOptions, type CliResult, runCli } from '../../test/_cli.js';
import { wipe } from '../../test/_neo4j.js';
import { ringConfig, writeRings } from '../../test/_rings.js';
import { openGraph } from './database.js';
import { withFolder } from './folder.js';
import type { Harm } from './tally.js';

const EPOCHS = 40;
/** A training takes seconds, on a machine with nothing to spare some more. */
const LIMIT_MS = 600_000;
const FILM = { label: 'Film', key: 'id' };
const BOOK = { label: 'Book', key: 'id' };

/** Runs of one configuration in a folder of their own. */
export interface Runs {
  /** `pretrain` with more flags. */
  pretrain(flags?: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** The folder of the only run, once its record is written. */
  folder(): string | undefined;
}

/** Works in a new folder and with a database that hold the rings; both are empty afterwards. */
export const withWorld = <T>(work: (folder: string) => Promise<T>): Promise<T> =>
  withFolder(async (folder) => {
    const graph = await openGraph();
    try {
      await wipe(graph);
      await writeWorld(graph, folder);
      return await work(folder);
    } finally {
      await wipe(graph);
      await graph.close();
    }
  });

/** Puts the rings into the database and their files into a folder. */
export async function writeWorld(graph: Graph, folder: string): Promise<void> {
  writeRings(folder);
  const file = (name: string) => path.join(folder, name);
  await importTriples(graph, { source: 'films', nodes: FILM, file: file('films.tsv') });
  await importTriples(graph, { source: 'books', nodes: BOOK, file: file('books.tsv') });
  await importAlignments(graph, { left: FILM, right: BOOK, file: file('links.tsv') });
}

/** Runs in the folder `name`, of which all end with the same weights. */
export function runsIn(folder: string, name: string): Runs {
  const teacher = { ...ringConfig.teacher, epochs: EPOCHS, evaluateEvery: 1, patience: 1000 };
  writeFileSync(path.join(folder, `${name}.json`), JSON.stringify({ ...ringConfig, teacher, runs: name }));
  const runs = path.join(folder, name);
  return {
    pretrain: (flags = [], options = {}) =>
      runCli(['pretrain', '--config', `${name}.json`, '--threads', '1', ...flags], {
        cwd: folder,
        limit: LIMIT_MS,
        ...options,
      }),
    folder: () =>
      existsSync(runs)
        ? readdirSync(runs)
            .map((id) => path.join(runs, id))
            .find((run) => existsSync(path.join(run, files.record)))
        : undefined,
  };
}

/** Waits until a run's record is there, or the command has ended. */
export async function begun(runs: Runs, ended: () => boolean): Promise<boolean> {
  while (!ended()) {
    if (runs.folder()) return true;
    await sleep(5);
  }
  return false;
}

/** How a run that was gone on with differs from one that was left alone. */
export function harmOf(whole: string, run: string | undefined): Harm {
  if (!run) return { lost: true };
  const weights = (folder: string) => readFileSync(path.join(folder, files.model));
  const epochs = readFileSync(path.join(run, files.trace), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'epoch')
    .map(({ epoch }) => epoch);
  return {
    lost: !weights(whole).equals(weights(run)) || new Set(epochs).size !== EPOCHS,
    doubled: epochs.length > EPOCHS,
    leftOver: readdirSync(run).some((name) => name.endsWith('.tmp')),
  };
}

/** The processes that a command has started and that are there still; on Linux only. */
export function childrenOf({ pid }: ChildProcess): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
