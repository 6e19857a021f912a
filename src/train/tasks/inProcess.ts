import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RankingQueries } from '../../evaluate/types.js';
import { readJob, writeJob } from '../job.js';
import { runTraining } from '../process.js';
import { trainingQueries } from '../queries.js';
import type { RunOptions } from '../runFolder.js';
import type { AskMode } from '../work.js';

/** What is asked of a run's model in a process of its own. */
export interface Asking<T> {
  readonly mode: AskMode;
  readonly by: 'model' | 'teacher';
  readonly evaluations?: Readonly<Record<string, RankingQueries>>;
  /** Writes more questions into the folder of the job. */
  readonly write?: (folder: string) => void;
  /** Reads the answers from there. */
  readonly read: (folder: string) => T;
}

/**
 * Asks a finished run's model, or its teacher through the links, in a process of its own; the folder in which questions
 * and answers lie is gone afterwards. What it took is told as a stage.
 *
 * @throws KgmentorError BAD_DATA where the run has no such model
 */
export async function askInProcess<T>(
  folder: string,
  { mode, by, evaluations = {}, write, read }: Asking<T>,
  { threads, signal, device, onEvent }: Pick<RunOptions, 'threads' | 'signal' | 'device' | 'onEvent'>,
): Promise<T> {
  const asked = mkdtempSync(join(folder, 'evaluation-'));
  try {
    const { valid: _, ...job } = readJob(folder);
    writeJob(asked, { ...job, queries: trainingQueries([], job.rows, job.relations), evaluations });
    write?.(asked);
    const started = performance.now();
    const { peakMb } = await runTraining(asked, {
      threads,
      signal,
      device,
      ask: { mode, by: by === 'teacher' ? 'teacher' : folder },
    });
    const seconds = (performance.now() - started) / 1000;
    onEvent?.({
      type: 'stage',
      name: by === 'teacher' ? 'answers of the teacher' : 'answers of the model',
      seconds,
      peakMb,
    });
    return read(asked);
  } finally {
    rmSync(asked, { recursive: true, force: true });
  }
}
