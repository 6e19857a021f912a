import { KgmentorError } from '../errors.js';
import { requireSource } from '../graph/alignments.js';
import { checkTarget } from '../operate/changes.js';
import { watch } from '../operate/watch.js';
import { type Command, text } from './command.js';
import {
  requirePublished,
  requireUnstopped,
  tellOf,
  workshopHelp,
  workshopOf,
  workshopOptions,
} from './operating.js';
import { targetsOf } from './retraining.js';
import { metricsHelp, metricsOptions, startMetrics } from './serving.js';

/** A look or a training tells something more often, unless it hangs. */
const QUIET_SECONDS = 1800;

export const watchCommand: Command = {
  usage:
    '<target> | --targets A,B [--every 5m] [--once] [--teacher ID] [--pretrain] [--incremental] [--parallel N] [--threads N] [--metrics-port N [--metrics-host H]] [--dry-run]',
  summary:
    'Looks whether the data of a target have changed, and then retrains it, judges the new student and publishes it.',
  positionals: [0, 1],
  options: {
    targets: { type: 'string' },
    every: { type: 'string' },
    once: { type: 'boolean' },
    teacher: { type: 'string' },
    pretrain: { type: 'boolean' },
    incremental: { type: 'boolean' },
    ...workshopOptions,
    ...metricsOptions,
    'dry-run': { type: 'boolean' },
  },
  help: {
    '--targets A,B': 'several targets',
    '--every TIME': 'between two looks: 30s, 5m, 2h; 5m where absent',
    '--once': 'look once; exit code 6 where the new student is not published',
    '--teacher ID': 'run of the teacher, the newest finished one where absent',
    '--pretrain': 'train a teacher first where there is none',
    '--incremental': 'go on from the earlier student where there is one',
    ...workshopHelp,
    ...metricsHelp,
    '--dry-run': 'look and tell, retrain nothing',
  },
  stops: true,
  async run(context) {
    const { positionals, flags, out, signal, config: read } = context;
    const config = read();
    const list = text(flags, 'targets');
    const [target] = positionals as readonly (string | undefined)[];
    if ((list === undefined) === (target === undefined))
      throw new KgmentorError('USAGE', '`kgmentor watch` takes one target, or --targets.', {
        next: '`kgmentor watch films`, or `kgmentor watch --targets films,books`.',
      });
    if (target !== undefined) requireSource(config, target);
    const targets = target === undefined ? targetsOf(list ?? '', Object.keys(config.sources)) : [target];
    const { limit, graphs, retrain } = await workshopOf(targets.length, context);
    const teacher = text(flags, 'teacher');
    const how = { teacher, pretrain: flags.pretrain === true, incremental: flags.incremental === true };
    const once = flags.once === true;
    const served = await startMetrics(context, once ? {} : { loopSeconds: QUIET_SECONDS });
    if (served) out.subscribe(served.beat);
    const outcomes = await watch({
      targets,
      intervalSeconds: secondsOf(text(flags, 'every') ?? '5m'),
      check: (one) => checkTarget({ config, graphs, target: one, teacher }),
      ...(flags['dry-run'] !== true && { retrain: (one) => retrain(one, { ...how, onlyIfChanged: true }) }),
      ...{ once, limit, signal },
      onEvent: tellOf(context, served),
      onTurn: served?.beat,
    });
    requireUnstopped(signal);
    requirePublished(outcomes);
  },
};

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A time such as `90s`, `5m`, `2h` or `1d`. */
function secondsOf(given: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(given) ?? [];
  const seconds = Number(number) * UNITS[unit];
  if (seconds >= 1) return seconds;
  throw new KgmentorError('USAGE', `--every ${given} is no time of a second or more.`, {
    next: 'Write it such as 30s, 5m or 2h.',
  });
}
