import type { Config } from '../../config.js';
import type { OnEvent } from '../../events.js';
import { requireSource } from '../../graph/alignments.js';
import { readDataset } from '../../graph/dataset.js';
import type { Graphs } from '../../graph/graphs.js';
import { databaseId, publishedSince } from '../../graph/publishedRuns.js';
import { datasetDigest } from '../../kg/digest.js';
import { readStudentInput } from '../../studentInput.js';
import { earlierStudent } from '../earlier.js';
import type { Plan } from './add.js';
import { idOf, type StudentJob, studentConfig, type TeacherJob, teacherConfig } from './jobs.js';

export interface PlanInput {
  readonly config: Config;
  /** The configuration's folder: a job names link files from there. */
  readonly folder: string;
  readonly graphs: Graphs;
  readonly targets: readonly string[];
  /** Id of a finished teacher's run, `first` for one to be trained before, null for none. */
  readonly teacher: { readonly run: string } | 'first' | null;
  /** Makes jobs anew whose results were published before. */
  readonly again?: boolean;
  /** Students go on from the published ones, else the newest, where there are some alike. */
  readonly incremental?: boolean;
  readonly onEvent?: OnEvent;
}

/**
 * The jobs that train and publish students of some targets with the data as they are now: the data are read, for their
 * digest is a part of a job's id. Equal data, configuration and teacher make equal jobs.
 *
 * @throws KgmentorError as `readDataset`
 */
export async function planJobs(input: PlanInput): Promise<Plan> {
  const { config, folder, targets, onEvent } = input;
  const { of } = input.graphs;
  // The caller closes its connections.
  const graphs = async () => ({ ...input.graphs, close: async () => undefined });
  for (const target of targets) requireSource(config, target);
  const databases: Record<string, string> = {};
  const known = new Map<object, string>();
  for (const source of Object.keys(config.sources)) {
    const graph = of(source);
    const id = known.get(graph) ?? (await databaseId(graph));
    known.set(graph, id);
    databases[source] = id;
  }
  let teacher: TeacherJob | undefined;
  if (input.teacher === 'first') {
    const part = teacherConfig(config, folder);
    const sources = Object.keys(part.sources);
    const { dataset } = await readDataset(of, config, { sources, onEvent });
    teacher = {
      kind: 'teacher',
      config: part,
      dataDigest: datasetDigest(dataset),
      databases: Object.fromEntries(sources.map((name) => [name, databases[name]])),
    };
  }
  const run = teacher ? idOf(teacher) : input.teacher && (input.teacher as { run: string }).run;
  const students: StudentJob[] = [];
  for (const target of targets) {
    const from = input.incremental && (await earlierStudent(of(target), target, config));
    const { input: read } = await readStudentInput({ config, target, graphs, fed: false, onEvent });
    const job: StudentJob = {
      kind: 'student',
      target,
      teacher: run,
      config: studentConfig(config, folder),
      dataDigest: datasetDigest(read.dataset),
      databases,
      ...(from && { from: from.record.id }),
    };
    const before = input.again ? await publishedSince(of(target), idOf(job)) : undefined;
    students.push(before === undefined ? job : { ...job, again: before });
  }
  return { ...(teacher && { teacher }), students };
}
