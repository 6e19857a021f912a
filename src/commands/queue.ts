import { KgmentorError } from '../errors.js';
import { type JobView, removeJob, retryJobs, STATES, showJob, showQueue } from '../operate/queue/show.js';
import { type Command, oneOf } from './command.js';
import { table } from './output.js';
import { queueHelp, queueOptions, withQueue } from './queueFlags.js';

const ACTIONS = ['show', 'retry', 'remove'] as const;

export const queueCommand: Command = {
  usage: '[show [ID] | retry [ID] | remove ID] [--redis URL] [--queue NAME] [--dry-run]',
  summary:
    'Shows the jobs of a queue with the reasons of failures; `retry` tries failed ones again, `remove` removes one.',
  positionals: [0, 2],
  options: { 'dry-run': { type: 'boolean' }, ...queueOptions },
  help: { ...queueHelp, '--dry-run': 'with retry and remove: only say what would be done' },
  async run({ positionals: [given = 'show', id], flags, out }) {
    const action = oneOf('queue', given, ACTIONS);
    const dryRun = flags['dry-run'] === true;
    if (action === 'remove' && id === undefined)
      throw new KgmentorError('USAGE', 'Which job is to be removed?', {
        next: '`kgmentor queue` lists them; `kgmentor queue remove ID`.',
      });
    await withQueue(flags, async (open) => {
      if (action === 'show' && id === undefined) {
        const view = await showQueue(open);
        out.data(view, () => [
          STATES.map((state) => `${view.counts[state]} ${state}`).join(', '),
          ...(view.jobs.length > 0
            ? table(['job', 'kind', 'state', 'tries', 'worker', 'reason'], view.jobs.map(row))
            : []),
        ]);
      } else if (action === 'show') {
        const job = await showJob(open, id);
        out.data(job, () =>
          Object.entries(job).map(
            ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
          ),
        );
      } else if (action === 'retry') {
        const ids = await retryJobs(open, id, dryRun);
        out.data(ids, () => [`${dryRun ? 'would be tried' : 'tried'} again: ${ids.join(', ') || 'none'}`]);
      } else {
        await removeJob(open, id, dryRun);
        out.data({ id, removed: !dryRun }, () => [`${dryRun ? 'would remove' : 'removed'} ${id}`]);
      }
    });
  },
};

const row = (job: JobView): string[] => [
  job.id,
  job.kind,
  job.state,
  String(job.tries),
  job.worker ?? '',
  (job.reason ?? refusedOf(job) ?? '').split('\n')[0],
];

/** Why the student of a completed job was not published. */
const refusedOf = ({ result }: JobView): string | undefined => {
  const { refused } = (result ?? {}) as { refused?: string };
  return refused && `not published: ${refused}`;
};
