import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AlignmentColumns,
  type AlignmentJob,
  readAlignmentResult,
  writeAlignmentJob,
} from './alignmentJob.js';
import { runTraining } from './process.js';
import type { RunOptions } from './runFolder.js';

/**
 * Has an alignment job done in the process that holds TensorFlow.
 *
 * @param folder run folder, in which the job lies while it is done
 * @returns for each pair its columns: `cosine.forward`, `cosine.backward`, `csls.forward`, `csls.backward` (ranks), or `left`,
 *   `right`, `similarity`, `margin` (proposals, as positions)
 */
export async function alignVectors(
  folder: string,
  job: AlignmentJob,
  options: Pick<RunOptions, 'threads' | 'signal'> = {},
): Promise<AlignmentColumns[]> {
  const asked = mkdtempSync(join(folder, 'alignment-'));
  try {
    writeAlignmentJob(asked, job);
    const ask = { mode: 'align', by: folder } as const;
    await runTraining(asked, { threads: options.threads, signal: options.signal, ask });
    return readAlignmentResult(asked, job.pairs.length);
  } finally {
    rmSync(asked, { recursive: true, force: true });
  }
}
