import { existsSync } from 'node:fs';
import type { Config } from '../../config.js';
import { KgmentorError } from '../../errors.js';
import type { OnEvent } from '../../events.js';
import { type Graphs, openGraphs } from '../../graph/graphs.js';
import { migrate } from '../../graph/migrate.js';
import type { PublishOptions } from '../../graph/publish.js';
import { databaseId, publishedSince } from '../../graph/publishedRuns.js';
import type { Connection } from '../../settings.js';
import { readRecord } from '../../train/folder.js';
import { judgeAndPublish } from '../judgeAndPublish.js';
import { asOnlyOne, type Busy } from '../onlyOne.js';
import { finishedRun, forgetAttempts } from './attempt.js';
import { idOf, type StudentJob, type TeacherJob, wholeConfig } from './jobs.js';
import { publishOnce } from './publishOnce.js';
import { trainOnce } from './trainOnce.js';

/** What a worker's machine gives to its jobs. */
export interface Workplace {
  /** Folder of runs: shared by workers, it lets one go on where another was killed. */
  readonly runs: string;
  /** Link files of a job's configuration are looked for from here. */
  readonly folder: string;
  readonly connection: Connection;
  /** Threads of TensorFlow a training. */
  readonly threads?: number;
  /** `seconds` until a lease runs out whose holder gives no sign of life, also the one that is held while training. */
  readonly publishing?: Pick<PublishOptions, 'graceSeconds' | 'seconds'>;
}

/** One try at a job. */
export interface Try {
  /** Unlike that of all other tries. */
  readonly token: string;
  readonly signal?: AbortSignal;
  /** The only GPU that it uses. */
  readonly device?: string;
  readonly onEvent?: OnEvent;
}

/** What became of a job, as JSON. */
export interface JobResult {
  /** Id of the run, and of the model. */
  readonly run: string;
  readonly target?: string;
  /** When readers were switched to it; ISO 8601. */
  readonly published?: string;
  /** Why the quality gate kept it back. */
  readonly refused?: string;
  /** Test figures. */
  readonly metrics?: Readonly<Record<string, unknown>>;
}

/**
 * Does a job: trains its teacher or student, or goes on with it where another worker came so far, and publishes the
 * student. A run that is finished is not trained again, and one that was published is not published again. A target is
 * at work in one process at a time, a `watch` or a scheduler included.
 *
 * @returns `busy` where another process is at work on the target: nothing was done
 * @throws KgmentorError INTERRUPTED after an abort, with a checkpoint written; as the trainings and `publish` do
 * @example
 * await perform(job, { runs: 'runs', folder: '.', connection: connectionOf({}, 'write') }, { token: randomUUID() });
 */
export async function perform(
  job: TeacherJob | StudentJob,
  place: Workplace,
  attempt: Try,
): Promise<JobResult | Busy> {
  const config = wholeConfig(job, place.folder, place.runs);
  const graphs = await openChecked(config, job, place.connection);
  try {
    const id = idOf(job);
    const train = async () =>
      finishedRun(place.runs, id) ?? (await trainOnce(job, { id, config, graphs, place, attempt }));
    if (job.kind === 'student')
      return await performStudent({ id, job, config, graphs }, train, place, attempt);
    const folder = await train();
    forgetAttempts(place.runs, id);
    return { run: readRecord(folder).id };
  } finally {
    await graphs.close();
  }
}

async function performStudent(
  { id, job, config, graphs }: { id: string; job: StudentJob; config: Config; graphs: Graphs },
  train: () => Promise<string>,
  { runs, threads, publishing }: Workplace,
  { signal, device, onEvent }: Try,
): Promise<JobResult | Busy> {
  const { target } = job;
  const graph = graphs.of(target);
  await migrate(graph, { signal });
  const done = await asOnlyOne(graph, target, { seconds: publishing?.seconds }, async (requireHeld) => {
    const before = await publishedSince(graph, id);
    if (before !== undefined) return { published: before };
    const folder = await train();
    const options = { signal, device, threads, onEvent };
    const { gate, publication } = await judgeAndPublish(
      graph,
      { config, target, folder },
      options,
      async (run) => {
        await requireHeld();
        return publishOnce(graph, run, { ...publishing, signal, onEvent });
      },
    );
    return gate.passed ? { published: publication } : { refused: gate.why };
  });
  return 'outcome' in done ? done : resultOf(runs, { run: id, target, ...done });
}

/** The result of a student, with its figures where its run is on this machine. */
function resultOf(runs: string, result: JobResult): JobResult {
  forgetAttempts(runs, result.run);
  const folder = finishedRun(runs, result.run);
  const metrics = folder && readRecord(folder).metrics;
  return { ...result, ...(metrics && { metrics }) };
}

/** Connections to the databases that the job was made from: equal names elsewhere are other data. */
async function openChecked(
  config: Config,
  { databases }: TeacherJob | StudentJob,
  connection: Connection,
): Promise<Graphs> {
  for (const one of config.alignments)
    if ('file' in one && !existsSync(one.file))
      throw new KgmentorError('USAGE', `The file of links ${one.file} is not on this machine.`, {
        next: 'Put it there, or start the worker in the folder where it is.',
      });
  const graphs = await openGraphs(config, connection);
  for (const [source, id] of Object.entries(databases)) {
    if ((await databaseId(graphs.of(source))) === id) continue;
    await graphs.close();
    throw new KgmentorError('USAGE', `The job is of another database than this worker's, as to ${source}.`, {
      next: 'Point NEO4J_URI and NEO4J_DATABASE at that one, or keep the jobs of several databases in queues of their own.',
    });
  }
  return graphs;
}
