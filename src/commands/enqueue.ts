import path from 'node:path';
import { KgmentorError } from '../errors.js';
import { type AddedJob, addJobs, jobsOf } from '../operate/queue/add.js';
import { type PlanInput, planJobs } from '../operate/queue/plan.js';
import { findRun } from '../train/runs.js';
import { type Command, type Context, text } from './command.js';
import { table } from './output.js';
import { queueHelp, queueOptions, withQueue } from './queueFlags.js';
import { targetsOf } from './retraining.js';

const NOT_QUEUED = 'not queued';

export const enqueueCommand: Command = {
  usage:
    '<target> | --targets A,B [--teacher ID | --no-teacher | --pretrain] [--incremental] [--again] [--redis URL] [--queue NAME] [--dry-run]',
  summary:
    'Queues the training and publication of students with the data as they are now; the same job is never queued twice.',
  positionals: [0, 1],
  options: {
    targets: { type: 'string' },
    teacher: { type: 'string' },
    'no-teacher': { type: 'boolean' },
    pretrain: { type: 'boolean' },
    incremental: { type: 'boolean' },
    again: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    ...queueOptions,
  },
  help: {
    '--targets A,B': 'a job for each of several sources',
    '--teacher ID': 'run of the teacher, the newest finished one where absent',
    '--no-teacher': 'train without distillation',
    '--pretrain': 'a flow: a new teacher first, then its students, then the report of all',
    '--incremental':
      'go on from the earlier student where there is one; the workers share the folder of runs',
    '--again': 'also what was published before with the same data, configuration and teacher',
    '--dry-run': 'read the data and name the jobs; queue nothing',
    ...queueHelp,
  },
  async run(context) {
    const { flags, out, config: read, graphs } = context;
    const config = read();
    const list = text(flags, 'targets') ?? context.positionals[0];
    if (list === undefined || (text(flags, 'targets') !== undefined && context.positionals.length > 0))
      throw new KgmentorError('USAGE', '`kgmentor enqueue` takes one target, or --targets.', {
        next: '`kgmentor enqueue films`, or `kgmentor enqueue --targets films,books`.',
      });
    const targets = targetsOf(list, Object.keys(config.sources));
    const input = {
      config,
      folder: path.dirname(path.resolve(text(flags, 'config') ?? 'kgmentor.json')),
      targets,
      teacher: teacherOf(context),
      again: flags.again === true,
      incremental: flags.incremental === true,
      onEvent: out.onEvent,
    };
    const connections = await graphs();
    const plan = await planJobs({ ...input, graphs: connections });
    await connections.close();
    const added: AddedJob[] = flags['dry-run']
      ? jobsOf(plan).map(({ id, job }) => ({
          id,
          kind: job.kind,
          ...(job.kind === 'student' && { target: job.target }),
          state: NOT_QUEUED,
        }))
      : await withQueue(flags, (open) => addJobs(open, plan));
    out.data(added, () =>
      table(
        ['job', 'kind', 'state'],
        added.map(({ id, kind, state }) => [
          ...[id, kind],
          ['added', NOT_QUEUED].includes(state) ? state : `${state}, as it was`,
        ]),
      ),
    );
  },
};

/** Which teacher the flags name. */
function teacherOf({ flags, config }: Context): PlanInput['teacher'] {
  const named = text(flags, 'teacher');
  const given = [named, flags['no-teacher'], flags.pretrain].filter(Boolean);
  if (given.length > 1)
    throw new KgmentorError('USAGE', '--teacher, --no-teacher and --pretrain exclude each other.', {
      next: 'Give one of them.',
    });
  if (flags['no-teacher']) return null;
  if (flags.pretrain) return 'first';
  return { run: findRun(config().runs, named, { kind: 'teacher', finished: true }).record.id };
}
