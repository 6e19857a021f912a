import { KgmentorError } from '../errors.js';
import type { FileRow } from '../kg/fileRows.js';
import { refuseStopped } from './batches.js';
import type { Graph } from './connect.js';
import { importClock } from './importClock.js';
import { importId, readRecord, removeRecord, writeRecord } from './importRecord.js';
import type { RowSource } from './importSource.js';
import type { ImportOptions, ImportProgress } from './importWrite.js';

/** Rows held in memory at a time: about 60 MB of triples. */
const CHUNK = 100_000;

/** Some rows of the source, checked, as columns. */
export interface Chunk {
  /** Rows taken from the source. */
  readonly lines: number;
  /** Rows that repeat another one of the chunk. */
  readonly duplicates: number;
}

/** What is done with the rows. */
export interface ChunkWork<C extends Chunk> {
  /** Takes the header off, where there is one; called at the beginning of each pass. */
  begin?(rows: AsyncIterator<FileRow>): Promise<void>;
  /** The next rows as columns; undefined at the end. */
  take(rows: AsyncIterator<FileRow>, most: number): Promise<C | undefined>;
  /** Looks at each chunk before anything is written. */
  check?(chunk: C): Promise<void>;
  /** Called once before the first chunk is written. */
  prepare?(): Promise<void>;
  write(chunk: C, options: ImportOptions): Promise<void>;
  /** The transactions that come last tell how many rows are done. */
  readonly stage: ImportProgress['stage'];
  /** Name of the file and what rows are, for messages. */
  readonly file?: string;
  readonly what: string;
  /** All that makes other nodes or relationships of the same file. */
  readonly way: unknown;
}

export interface ChunkResult {
  /** Rows of the source, and those that an earlier import had written before it was stopped. */
  readonly lines: number;
  readonly resumedAfter: number;
  readonly duplicates: number;
}

/**
 * Imports rows in two passes, each in bounded memory: all are checked, then they are written chunk by chunk. Behind
 * each chunk the database is told how far the import has come; one that was killed goes on from there, and does not
 * check again. A chunk of which a part was written is written again, which changes nothing.
 *
 * @throws KgmentorError NO_DATA where there is no row; BAD_DATA as `take` and `check` do, with nothing written
 */
export async function importChunks<C extends Chunk>(
  graph: Graph,
  source: RowSource,
  work: ChunkWork<C>,
  options: ImportOptions,
): Promise<ChunkResult> {
  const { chunk: most = CHUNK, dryRun, signal } = options;
  const id = source.digest === undefined ? undefined : importId(source.digest, work.way);
  const record = dryRun || id === undefined ? undefined : await readRecord(graph, id);
  const checked = record
    ? { lines: record.lines, duplicates: 0 }
    : await checkAll(source, work, most, options);
  if (dryRun) return { lines: checked.lines, duplicates: checked.duplicates, resumedAfter: 0 };
  await work.prepare?.();
  const resumedAfter = record?.rows ?? 0;
  const rows = source.rows();
  const clock = importClock(source, checked.lines, options.onProgress);
  let done = 0;
  let duplicates = 0;
  try {
    if (checked.only === undefined) {
      await work.begin?.(rows);
      for (; done < resumedAfter; done++) if ((await rows.next()).done) break;
    }
    clock.start(done);
    for (;;) {
      refuseStopped(signal);
      const chunk = checked.only ?? (await work.take(rows, most));
      if (!chunk) break;
      await work.write(chunk, { ...options, onProgress: clock.within(chunk.lines, work.stage) });
      done += chunk.lines;
      duplicates += chunk.duplicates;
      if (done >= checked.lines) break;
      if (id !== undefined)
        await writeRecord(graph, id, work.file ?? '', { rows: done, lines: checked.lines });
    }
  } finally {
    await rows.return(undefined);
  }
  if (id !== undefined && (record || checked.lines > most)) await removeRecord(graph, id);
  return { lines: checked.lines, resumedAfter, duplicates };
}

/** Reads all rows; the only chunk is kept, so that a small file is read once. */
async function checkAll<C extends Chunk>(
  source: RowSource,
  work: ChunkWork<C>,
  most: number,
  { signal, onProgress }: ImportOptions,
): Promise<{ lines: number; duplicates: number; only?: C }> {
  const rows = source.rows();
  const clock = importClock(source, undefined, onProgress);
  let lines = 0;
  let duplicates = 0;
  let only: C | undefined;
  try {
    await work.begin?.(rows);
    clock.start(0);
    for (;;) {
      refuseStopped(signal);
      const chunk = await work.take(rows, most);
      if (!chunk) break;
      await work.check?.(chunk);
      only = lines === 0 ? chunk : undefined;
      lines += chunk.lines;
      duplicates += chunk.duplicates;
      clock.checked(lines);
    }
  } finally {
    await rows.return(undefined);
  }
  if (lines === 0)
    throw new KgmentorError('NO_DATA', `${work.file ?? 'The rows'} held no ${work.what}.`, {
      next: 'Check the file.',
    });
  return { lines, duplicates, only };
}
