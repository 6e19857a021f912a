import type { Config, StudentSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import type { Graph } from '../graph/connect.js';
import { earlierRuns } from '../operate/earlier.js';
import { findRun } from '../train/runs.js';
import { requireStudentOf } from './askedRun.js';
import { type Flags, text } from './command.js';

/**
 * Says that flags do not go together, before anything is read.
 *
 * @throws KgmentorError USAGE
 */
export function checkEarlier(flags: Flags): void {
  const from = text(flags, 'from');
  const wrong =
    flags.incremental && from !== undefined
      ? '--incremental finds the earlier student itself, and --from names one.'
      : from !== undefined && text(flags, 'targets') !== undefined
        ? '--from names a run of one target, and --targets asks for several.'
        : text(flags, 'frozen') !== undefined && !flags.incremental && from === undefined
          ? '--frozen holds vectors at those of an earlier student.'
          : undefined;
  if (wrong) throw new KgmentorError('USAGE', wrong, { next: 'Take --incremental alone, or --from ID.' });
}

/** Settings with the labels of --frozen. */
export function withFrozen(settings: StudentSettings, flags: Flags): StudentSettings {
  const list = text(flags, 'frozen');
  if (list === undefined) return settings;
  const labels = list.split(',').map((label) => label.trim());
  const frozen = [...new Set([...settings.incremental.frozen, ...labels.filter((label) => label !== '')])];
  return { ...settings, incremental: { ...settings.incremental, frozen } };
}

/**
 * The run folder that a student goes on from: the one that --from names; with --incremental that of the published student
 * where it is here, else of the newest finished one.
 *
 * @throws KgmentorError NO_DATA where there is none; USAGE for another target's
 */
export async function earlierStudent(
  target: string,
  { runs }: Pick<Config, 'runs'>,
  flags: Flags,
  graph: Graph,
): Promise<string | undefined> {
  const named = text(flags, 'from');
  if (named === undefined && !flags.incremental) return undefined;
  const id = named ?? (await earlierRuns(graph, target, runs))[0]?.record.id;
  const found = findRun(runs, id, { kind: 'student', target, finished: true });
  requireStudentOf(target, found);
  return found.folder;
}
