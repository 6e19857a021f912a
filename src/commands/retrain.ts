import { KgmentorError } from '../errors.js';
import { type Command, notTogether, text } from './command.js';
import { checkEarlier } from './earlier.js';
import { precisionHelp, precisionOf } from './growing.js';
import { planHelp, planLines, requirePlannable } from './planning.js';
import { checkResume } from './resumed.js';
import { planTarget, retrainedLines, retrainTarget, targetsOf } from './retraining.js';
import { retrainMany } from './retrainMany.js';
import { metricsHelp, metricsOptions, startMetrics } from './serving.js';
import { checkThreads } from './training.js';

/** Flags that say how a student is begun. */
const BEGINS = ['teacher', 'no-teacher', 'incremental', 'from', 'frozen'];

export const retrainCommand: Command = {
  usage:
    '<target> | --targets A,B [--parallel N] [--teacher ID | --no-teacher] [--incremental | --from ID] [--frozen LABELS] [--grow-links [--precision P]] [--resume [--run ID]] [--threads N] [--metrics-port N [--metrics-host H]] [--plan]',
  summary:
    'Trains a student for one source on its facts and the linked subgraph, by distillation from a teacher.',
  positionals: [0, 1],
  options: {
    targets: { type: 'string' },
    parallel: { type: 'string' },
    teacher: { type: 'string' },
    'no-teacher': { type: 'boolean' },
    incremental: { type: 'boolean' },
    from: { type: 'string' },
    frozen: { type: 'string' },
    'grow-links': { type: 'boolean' },
    precision: { type: 'string' },
    resume: { type: 'boolean' },
    run: { type: 'string' },
    threads: { type: 'string' },
    plan: { type: 'boolean' },
    ...metricsOptions,
  },
  help: {
    '--targets A,B': 'a student for each of several sources, trained beside each other',
    '--parallel N': 'of --targets: trainings at once; one a GPU, or one a core, where absent',
    '--teacher ID': 'run of the teacher, the newest finished one where absent',
    '--no-teacher': 'train without distillation',
    '--incremental':
      'go on from the published student, else the newest one: learn what has changed, keep vectors near to what they were',
    '--from ID': 'the same from a certain run of the target',
    '--frozen LABELS': 'with these: labels, by commas, whose vectors stay exactly as they were',
    '--grow-links': 'first add links that the facts around unlinked entities are sure of',
    '--precision P': precisionHelp,
    '--resume': 'go on from the checkpoint of the last unfinished student of this target, as it was begun',
    '--run ID': 'which run to go on with',
    '--threads N': 'threads of TensorFlow; equal counts give equal weights',
    '--plan': planHelp,
    ...metricsHelp,
  },
  stops: true,
  async run(context) {
    const { positionals, flags, out, signal, config } = context;
    const list = text(flags, 'targets');
    const [target] = positionals;
    if ((list === undefined) === (target === undefined))
      throw new KgmentorError('USAGE', '`kgmentor retrain` takes one target, or --targets.', {
        next: '`kgmentor retrain films`, or `kgmentor retrain --targets films,books`.',
      });
    if (flags.plan) requirePlannable(flags, ['resume', 'run', 'targets']);
    precisionOf(flags);
    // Of several targets some may be to begin yet.
    if (list === undefined) checkResume(flags, BEGINS);
    checkEarlier(flags);
    if (flags['no-teacher'] && text(flags, 'teacher') !== undefined)
      throw notTogether('teacher', 'no-teacher', 'Leave one of them out.');
    if (list === undefined) {
      if (text(flags, 'parallel') !== undefined)
        throw new KgmentorError('USAGE', '--parallel says how --targets works.', { next: 'Add --targets.' });
      const options = { signal, threads: checkThreads(flags), onEvent: out.onEvent };
      if (flags.plan) {
        const plan = await planTarget(target, context, options);
        out.data(plan, () => planLines(plan));
        return;
      }
      await startMetrics(context);
      const student = await retrainTarget(target, context, options);
      out.data(student, () => retrainedLines(student));
      return;
    }
    if (text(flags, 'run') !== undefined)
      throw new KgmentorError('USAGE', '--run names one run, and --targets asks for several.', {
        next: 'Resume that one by its own target, or leave --run out.',
      });
    const targets = targetsOf(list, Object.keys(config().sources));
    await startMetrics(context);
    await retrainMany(targets, context);
  },
};
