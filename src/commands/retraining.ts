import { basename } from 'node:path';
import type { Config, StudentSettings } from '../config.js';
import { KgmentorError } from '../errors.js';
import { requireSource } from '../graph/alignments.js';
import type { ReadReport } from '../graph/dataset.js';
import type { Graphs } from '../graph/graphs.js';
import { readStudentInput } from '../studentInput.js';
import { evaluateAndRecord } from '../train/evaluations.js';
import { incrementalSettings } from '../train/incremental.js';
import { type PlanOptions, planRetraining, type TrainingPlan } from '../train/plan/plan.js';
import { type RetrainInput, retrain } from '../train/retrain.js';
import { isFed, type RunOptions, type RunOutcome, resumeRun, studentSettings } from '../train/runFolder.js';
import { type FoundRun, findRun, withNewRun } from '../train/runs.js';
import { requireStudentOf } from './askedRun.js';
import { type Context, text } from './command.js';
import { earlierStudent, withFrozen } from './earlier.js';
import { precisionOf } from './growing.js';
import { driftText, type Output } from './output.js';
import { warnOfChanges } from './resumed.js';
import { metricLines, narrateReport, trainedLine } from './training.js';

/** A student that was trained and evaluated. */
export interface Retrained extends RunOutcome {
  readonly metrics: Awaited<ReturnType<typeof evaluateAndRecord>>;
  /** What was read; absent where a run went on from its folder alone. */
  readonly read?: ReadReport;
}

/** How a student's lines are told, where that is not the context's way: of several targets each names its own. */
interface Told {
  readonly say?: Output['say'];
  readonly warn?: Output['warn'];
}

/**
 * Trains one target's student as the flags say, or goes on with it, and evaluates it.
 *
 * @param options.resume other than the flag
 */
export async function retrainTarget(
  target: string,
  context: Context,
  { resume = context.flags.resume === true, ...options }: RunOptions & Told,
): Promise<Retrained> {
  const { flags, config: read } = context;
  const config = read();
  const done = async (outcome: RunOutcome, report?: ReadReport): Promise<Retrained> => ({
    ...outcome,
    metrics: await evaluateAndRecord(outcome.folder, options),
    ...(report && { read: report }),
  });
  const unfinished = resume
    ? findRun(config.runs, text(flags, 'run'), { kind: 'student', target, finished: false })
    : undefined;
  if (unfinished) {
    requireStudentOf(target, unfinished);
    const { warn = context.out.warn } = options;
    warnOfChanges(unfinished.record, configuredFor(unfinished, config), { warn });
  }
  // A run with columns in memory needs nothing but its folder; one fed by Cypher needs the graph again.
  if (unfinished && !isFed(unfinished.folder)) return done(await resumeRun(unfinished.folder, options));
  const { input, report } = await readInput(target, context, options, unfinished);
  const train = (run: { id: string; folder: string }) =>
    retrain({ ...input, ...run }, { ...options, resume: unfinished !== undefined });
  return done(
    unfinished
      ? await train({ id: unfinished.record.id, folder: unfinished.folder })
      : await withNewRun(config.runs, target, train),
    report,
  );
}

/** What a student's run would be begun with now. Labels of --frozen are of the run, and a fed one refuses others held out. */
function configuredFor({ folder, record }: FoundRun, { student, evaluation, heldOut }: Config): object {
  const { frozen } = (record.settings as StudentSettings).incremental;
  const settings = record.from
    ? incrementalSettings({ ...student, incremental: { ...student.incremental, frozen } })
    : student;
  return { ...settings, evaluation, ...(!isFed(folder) && { heldOut }) };
}

/** What the same training would need of memory, steps and time. */
export async function planTarget(
  target: string,
  context: Context,
  options: PlanOptions,
): Promise<TrainingPlan> {
  const { input } = await readInput(target, context, options);
  return planRetraining(input, options);
}

/** Reads what a student is trained on; of a run that is fed and goes on, with its own settings and teacher. */
async function readInput(
  target: string,
  { flags, out, config: read, graphs }: Context,
  { onEvent, say = out.say, warn = out.warn }: Pick<RunOptions, 'onEvent'> & Told,
  unfinished?: FoundRun,
): Promise<{ input: Omit<RetrainInput, 'folder' | 'id'>; report: ReadReport }> {
  const config = read();
  const grow = precisionOf(flags);
  const fed = unfinished !== undefined || config.feed === 'cypher';
  requireSource(config, target);
  const teacher = unfinished
    ? unfinished.record.teacher?.folder
    : flags['no-teacher']
      ? undefined
      : findRun(config.runs, text(flags, 'teacher'), { kind: 'teacher', finished: true }).folder;
  const settings = unfinished ? studentSettings(unfinished.folder) : withFrozen(config.student, flags);
  const earlier = async (connections: Graphs) => {
    const from = unfinished ? undefined : await earlierStudent(target, config, flags, connections.of(target));
    if (from) say(`goes on from ${from}`);
    return from;
  };
  const input = { config, target, graphs, teacher, settings, fed, grow, earlier, onEvent };
  const found = await readStudentInput(input);
  narrateReport(found.report, { say, warn });
  if (teacher !== undefined && !unfinished) say(`is taught by ${basename(teacher)}`);
  return found;
}

/** A student in a few lines. */
export const retrainedLines = ({ folder, result, drift, metrics }: Retrained): string[] => [
  `student: ${folder}`,
  trainedLine({ folder, result }),
  ...(drift ? [driftText(drift)] : []),
  ...metricLines(metrics),
];

/** The names of --targets, each once. */
export function targetsOf(list: string, sources: readonly string[]): string[] {
  const names = [...new Set(list.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  const unknown = names.filter((name) => !sources.includes(name));
  if (names.length > 0 && unknown.length === 0) return names;
  throw new KgmentorError(
    'USAGE',
    unknown.length > 0
      ? `--targets: the configuration has no source ${unknown.map((name) => JSON.stringify(name)).join(', ')}.`
      : '--targets names no source.',
    { next: `Sources: ${sources.join(', ')}.` },
  );
}
