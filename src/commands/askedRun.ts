import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import { requireSource } from '../graph/alignments.js';
import { type FoundRun, findRun } from '../train/runs.js';

/**
 * The finished run that a command is asked about: of a student where a target is named, of a teacher elsewhere.
 *
 * @throws KgmentorError NO_DATA where there is none; USAGE for a target that is no source and has no run, and for a run
 *   of another target
 */
export function askedRun(
  config: Pick<Config, 'runs' | 'sources'>,
  id: string | undefined,
  target: string | undefined,
): FoundRun {
  const kind = target === undefined ? 'teacher' : 'student';
  let found: FoundRun;
  try {
    found = findRun(config.runs, id, { kind, target, finished: true });
  } catch (error) {
    if (target !== undefined) requireSource(config, target);
    throw error;
  }
  if (target !== undefined) requireStudentOf(target, found);
  return found;
}

/** @throws KgmentorError USAGE for a run of another target */
export function requireStudentOf(target: string, { record }: FoundRun): void {
  if (record.target === target) return;
  throw new KgmentorError(
    'USAGE',
    `The run ${record.id} is a student of ${record.target}, not of ${target}.`,
    {
      next: '`kgmentor runs` lists the runs with their targets.',
    },
  );
}
