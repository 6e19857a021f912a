import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isAtWork } from '../train/folder.js';
import { incrementalSettings } from '../train/incremental.js';
import { files } from '../train/job.js';
import type { RetrainInput } from '../train/retrain.js';
import { type FoundRun, listRunFolders } from '../train/runs.js';

/** A run that was begun for the same training and not brought to its end. */
export interface UnendedRun extends FoundRun {
  /** Its training has ended, and nobody has judged or published it. */
  readonly trained: boolean;
}

/**
 * The target's newest run, where it is of the same data, teacher, start, settings and held-out facts and a kill or a stop kept
 * it from being judged: what is left of it need not be trained again, as equal input gives equal weights.
 *
 * @param dataDigest of the data that the training is to be on
 * @param judged ids of runs that were judged or published
 */
export function unendedRun(
  runs: string,
  { target, settings, evaluation, heldOut, teacher, from }: Omit<RetrainInput, 'folder' | 'id'>,
  dataDigest: string,
  judged: ReadonlySet<string>,
): UnendedRun | undefined {
  const found = listRunFolders(runs).findLast(({ record }) => record.target === target);
  if (!found || judged.has(found.record.id)) return undefined;
  const { record, folder } = found;
  const same =
    record.dataDigest === dataDigest &&
    record.teacher?.folder === teacher &&
    record.from?.folder === from &&
    isEqual(record.settings, { ...(from ? incrementalSettings(settings) : settings), evaluation }) &&
    isEqual(record.heldOut, heldOut);
  if (!same) return undefined;
  if (record.status === 'done')
    return existsSync(join(folder, files.model)) ? { ...found, trained: true } : undefined;
  return record.status === 'failed' || isAtWork(record) ? undefined : { ...found, trained: false };
}

/** Compared as JSON tells them: one comes from a file. */
const isEqual = (a: unknown, b: unknown): boolean => isDeepStrictEqual(asJson(a), asJson(b));

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
