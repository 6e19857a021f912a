import type { Config } from '../config.js';
import type { Graph } from '../graph/connect.js';
import type { Graphs } from '../graph/graphs.js';
import { migrate } from '../graph/migrate.js';
import { type PublishOptions, type PublishResult, publish } from '../graph/publish.js';
import { listRuns } from '../graph/runs.js';
import { progressTo } from '../publishRun.js';
import { readStudentInput, studentDigest } from '../studentInput.js';
import { readRecord } from '../train/folder.js';
import { type RetrainInput, retrain } from '../train/retrain.js';
import { type RunOptions, resumeRun } from '../train/runFolder.js';
import { withNewRun } from '../train/runs.js';
import { trainedDigest } from './changes.js';
import { earlierStudent } from './earlier.js';
import type { GateVerdict } from './gate.js';
import { judgeAndPublish } from './judgeAndPublish.js';
import { asOnlyOne, type Busy, busy } from './onlyOne.js';
import { unendedRun } from './takeUp.js';
import { teacherFor } from './teacher.js';

/** A student to be trained and published, and how. */
export interface RetrainJob extends RetrainHow {
  readonly config: Config;
  /** Opens connections; the job closes them. */
  readonly graphs: (purpose: 'read' | 'write') => Promise<Graphs>;
  readonly target: string;
}

/** How a student is to be trained. */
export interface RetrainHow {
  /** Run id of the teacher; the newest finished one where absent. */
  readonly teacher?: string;
  /** Trains a teacher first where there is none. */
  readonly pretrain?: boolean;
  /** Trains nothing where the data are those of the last student that was judged or published. */
  readonly onlyIfChanged?: boolean;
  /** Goes on from the published student, else the newest one; from nothing where there is none of this size. */
  readonly incremental?: boolean;
}

export interface RetrainJobOptions
  extends Omit<RunOptions, 'feed' | 'resume'>,
    Pick<PublishOptions, 'graceSeconds'> {}

/** What became of one retraining. */
export type RetrainOutcome =
  | Busy
  /** With `onlyIfChanged`: the data are those of the last student. */
  | { readonly outcome: 'unchanged'; readonly target: string; readonly why: string }
  | {
      readonly outcome: 'published' | 'refused';
      readonly target: string;
      /** Run id of the student, and its folder. */
      readonly run: string;
      readonly folder: string;
      readonly teacher: string;
      readonly pretrained: boolean;
      /** Run id of the earlier student that it went on from. */
      readonly from?: string;
      /** How the student came about: trained anew, or an unended run of the same training brought to its end. */
      readonly student: 'trained' | 'resumed' | 'found';
      readonly dataDigest: string;
      readonly gate: GateVerdict;
      /** Absent where readers use this student already. */
      readonly publication?: PublishResult;
      readonly seconds: number;
    };

/**
 * One whole retraining of a target: reads the graph, trains a student by distillation from the teacher, evaluates it,
 * and publishes it where the quality gate lets it through. A lease in the graph sees to it that a target is retrained
 * by one process at a time. Safe to repeat after a kill at any moment: what was trained is taken up, and readers are
 * switched in one step.
 *
 * @returns `refused` where the gate kept the student back: readers stay with the old one
 * @throws KgmentorError NO_DATA without a teacher or facts, UNREACHABLE, INTERRUPTED after an abort with the checkpoint
 *   written, and what reading, training and publishing throw
 * @example
 * const done = await retrainJob({ config, target: 'films', graphs: (purpose) => openGraphs(config, connectionOf({}, purpose)) });
 */
export async function retrainJob(job: RetrainJob, options: RetrainJobOptions = {}): Promise<RetrainOutcome> {
  const { target } = job;
  const opened: Graphs[] = [];
  const graphs = async (purpose: 'read' | 'write') => {
    const connections = await job.graphs(purpose);
    opened.push(connections);
    return connections;
  };
  try {
    const writing = await graphs('write');
    const graph = writing.of(target);
    await migrate(graph);
    return await asOnlyOne(graph, target, {}, (requireHeld) =>
      retrainHeld({ ...job, graphs }, writing, requireHeld, options),
    );
  } finally {
    for (const connections of opened) await connections.close();
  }
}

async function retrainHeld(
  { config, target, graphs, teacher: wanted, pretrain, onlyIfChanged, incremental }: RetrainJob,
  writing: Graphs,
  requireHeld: () => Promise<void>,
  options: RetrainJobOptions,
): Promise<RetrainOutcome> {
  const start = Date.now();
  const graph = writing.of(target);
  const teacher = await teacherFor({ config, id: wanted, pretrain }, writing, options).catch(busy(target));
  if ('outcome' in teacher) return teacher;
  const { input } = await readStudentInput({
    ...{ config, target, teacher: teacher.folder, onEvent: options.onEvent },
    graphs: () => graphs('read'),
    ...(incremental && { earlier: async () => (await earlierStudent(graph, target, config))?.folder }),
  });
  if (onlyIfChanged && studentDigest(input) === (await trainedDigest(graph, target)))
    return { outcome: 'unchanged', target, why: 'the last student was trained on these data' };
  const { folder, student } = await studentOf(input, config.runs, graph, options);
  const { gate, publication } = await judgeAndPublish(
    graph,
    { config, target, folder },
    options,
    async (run, verdict) => {
      await requireHeld();
      return verdict.basis === 'same' ? undefined : publish(graph, run, publishOptions(options));
    },
  );
  const { id: run, dataDigest, from } = readRecord(folder);
  return {
    ...{ outcome: gate.passed ? 'published' : 'refused', target, run, folder, student, dataDigest, gate },
    ...{ teacher: teacher.record.id, pretrained: teacher.trained },
    ...(from && { from: from.id }),
    ...(publication && { publication }),
    seconds: (Date.now() - start) / 1000,
  };
}

/** The student of the data as they are now: an unended run of the same training, or a new one. */
async function studentOf(
  input: Omit<RetrainInput, 'folder' | 'id'>,
  runs: string,
  graph: Graph,
  options: RetrainJobOptions,
): Promise<{ folder: string; student: 'trained' | 'resumed' | 'found' }> {
  const judged = new Set((await listRuns(graph, { source: input.target })).map(({ id }) => id));
  const unended = unendedRun(runs, input, studentDigest(input), judged);
  if (unended?.trained) return { folder: unended.folder, student: 'found' };
  if (unended) {
    const { folder, record } = unended;
    await (input.feed
      ? retrain({ ...input, folder, id: record.id }, { ...options, resume: true })
      : resumeRun(folder, options));
    return { folder, student: 'resumed' };
  }
  const { folder } = await withNewRun(runs, input.target, (run) => retrain({ ...input, ...run }, options));
  return { folder, student: 'trained' };
}

const publishOptions = ({ signal, graceSeconds, onEvent }: RetrainJobOptions): PublishOptions => ({
  ...{ signal, onEvent },
  ...(graceSeconds !== undefined && { graceSeconds }),
  ...(onEvent && { onProgress: progressTo(onEvent) }),
});
