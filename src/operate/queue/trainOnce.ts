import type { Config } from '../../config.js';
import { KgmentorError } from '../../errors.js';
import type { Graphs } from '../../graph/graphs.js';
import { readStudentInput } from '../../studentInput.js';
import { retrain } from '../../train/retrain.js';
import { isFed, type RunOptions, resumeRun } from '../../train/runFolder.js';
import { findRun } from '../../train/runs.js';
import { trainTeacher } from '../teacher.js';
import { type Attempt, beginAttempt } from './attempt.js';
import type { StudentJob, TeacherJob } from './jobs.js';
import type { Try, Workplace } from './perform.js';

interface Training {
  readonly id: string;
  readonly config: Config;
  /** Stay open. */
  readonly graphs: Graphs;
  readonly place: Workplace;
  readonly attempt: Try;
}

/**
 * Trains a job's run in a folder of this try, from the checkpoint of an earlier try where there is one, and gives the
 * finished run its name.
 *
 * @returns the folder of the run
 */
export async function trainOnce(job: TeacherJob | StudentJob, training: Training): Promise<string> {
  const { id, place, attempt } = training;
  const own = beginAttempt(place.runs, id, attempt.token);
  const { signal, device, onEvent } = attempt;
  const options: RunOptions = { signal, device, onEvent, threads: place.threads };
  try {
    await train(job, training, own, options);
  } catch (error) {
    // What another worker left may be cut off; the same from the beginning is not.
    if (!own.begun || !(error instanceof KgmentorError) || error.code !== 'BAD_DATA') throw error;
    own.restart();
    await train(job, training, { ...own, begun: false }, options);
  }
  return own.finish();
}

async function train(
  job: TeacherJob | StudentJob,
  { id, config, graphs }: Training,
  { folder, begun }: Attempt,
  options: RunOptions,
): Promise<void> {
  // A run with columns in memory needs nothing but its folder; one fed by Cypher needs the graph again.
  if (begun && !isFed(folder)) return void (await resumeRun(folder, options));
  if (job.kind === 'teacher') return trainTeacher(config, graphs, { folder, id }, options);
  const teacher = job.teacher === null ? undefined : runHere(config.runs, job.teacher, 'teacher');
  const from = job.from === undefined ? undefined : runHere(config.runs, job.from, 'student');
  const { input } = await readStudentInput({
    ...{ config, target: job.target, teacher, onEvent: options.onEvent },
    graphs: async () => ({ ...graphs, close: async () => undefined }),
    earlier: async () => from,
  });
  await retrain({ ...input, folder, id }, { ...options, resume: begun });
}

/** The folder of a run that was trained before, maybe on another machine. */
function runHere(runs: string, id: string, kind: 'teacher' | 'student'): string {
  try {
    return findRun(runs, id, { kind, finished: true }).folder;
  } catch (cause) {
    throw new KgmentorError('NO_DATA', `The ${kind} ${id} is not in ${runs} on this machine.`, {
      next: 'Let all workers share the folder of runs, then `kgmentor queue retry`.',
      cause,
    });
  }
}
