import type { Config } from '../config.js';
import { KgmentorError } from '../errors.js';
import { requireSource } from '../graph/alignments.js';
import { checkTarget } from '../operate/changes.js';
import { runSchedules } from '../operate/schedule.js';
import { runScheduled } from '../operate/scheduled.js';
import {
  readScheduleStates,
  type ScheduleStates,
  schedulerLock,
  writeScheduleStates,
} from '../operate/scheduleState.js';
import { timesOf } from '../operate/times.js';
import { withLock } from '../setup/lock.js';
import type { Command, Context } from './command.js';
import { requireUnstopped, tellOf, workshopHelp, workshopOf, workshopOptions } from './operating.js';
import { table } from './output.js';
import { metricsHelp, metricsOptions, startMetrics } from './serving.js';
import { wholeNumber } from './training.js';

/** The loop turns once a minute, whatever is trained beside it. */
const QUIET_SECONDS = 180;

const HOW_TO_ADD =
  'Add some to kgmentor.json: "schedules": { "nightly": { "cron": "0 3 * * *", "targets": ["films"] } }.';

export const scheduleCommand: Command = {
  usage: '[--list [--count N]] [--parallel N] [--threads N] [--metrics-port N [--metrics-host H]]',
  summary:
    'Retrains targets at the times that the configuration’s schedules say, until it is stopped; one is at work on a folder of runs, others wait in case it ends.',
  options: {
    list: { type: 'boolean' },
    count: { type: 'string' },
    ...workshopOptions,
    ...metricsOptions,
  },
  help: {
    '--list': 'tell the next times of each schedule and how its last runs ended',
    '--count N': 'of --list: times of each schedule, 3 where absent',
    ...workshopHelp,
    ...metricsHelp,
  },
  stops: true,
  async run(context) {
    const { flags, out, signal } = context;
    const config = context.config();
    const count = wholeNumber(flags, 'count');
    if (count !== undefined && !flags.list)
      throw new KgmentorError('USAGE', '--count says how many times --list tells.', { next: 'Add --list.' });
    for (const { targets } of Object.values(config.schedules))
      for (const target of targets) requireSource(config, target);
    if (flags.list) {
      const listed = listOf(config, count ?? 3, readScheduleStates(config.runs));
      out.data(listed, () => lines(listed));
      return;
    }
    if (Object.keys(config.schedules).length === 0)
      throw new KgmentorError('NO_DATA', 'The configuration has no schedules.', { next: HOW_TO_ADD });
    await withLock(schedulerLock(config.runs), () => serve(context, config), {
      what: 'the scheduler',
      log: out.say,
      signal,
    });
    requireUnstopped(signal);
  },
};

async function serve(context: Context, config: Config): Promise<void> {
  const { out, signal } = context;
  const { schedules, runs } = config;
  const targets = new Set(Object.values(schedules).flatMap((one) => one.targets));
  const { limit, graphs, retrain } = await workshopOf(targets.size, context);
  const check = (target: string, teacher?: string) => checkTarget({ config, graphs, target, teacher });
  const served = await startMetrics(context, { loopSeconds: QUIET_SECONDS });
  const onEvent = tellOf(context, served);
  for (const { schedule, next } of listOf(config, 1, {}))
    out.say(`${schedule}: next at ${next[0] ?? 'no time'}`);
  await runSchedules({
    ...{ schedules, limit, signal, onEvent },
    onTurn: served?.beat,
    states: readScheduleStates(runs),
    keep(states) {
      try {
        writeScheduleStates(runs, states);
      } catch (error) {
        // A full disk must not end what could still go on.
        out.onEvent({
          type: 'warning',
          message: `The state of schedules is not kept: ${(error as Error).message}`,
        });
      }
    },
    run: (target, schedule) => runScheduled(target, schedule, { check, retrain, onEvent }),
  });
}

interface Listed {
  readonly schedule: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly targets: readonly string[];
  /** ISO 8601. */
  readonly next: readonly string[];
  /** By target: how the last run ended. */
  readonly last: Readonly<Record<string, { readonly at: string; readonly outcome: string }>>;
  /** By target: the time of the run under way. */
  readonly running: Readonly<Record<string, string>>;
}

const listOf = ({ schedules }: Config, count: number, states: ScheduleStates): Listed[] =>
  Object.entries(schedules).map(([schedule, { cron, timeZone, targets, ...settings }]) => ({
    ...{ schedule, cron, timeZone, targets },
    next: timesOf({ cron, timeZone, ...settings })
      .after(Date.now(), count)
      .map((moment) => new Date(moment).toISOString()),
    last: states[schedule]?.last ?? {},
    running: states[schedule]?.running ?? {},
  }));

function lines(listed: readonly Listed[]): string[] {
  if (listed.length === 0) return ['no schedules in the configuration', HOW_TO_ADD];
  const rows = listed.flatMap(({ schedule, cron, timeZone, targets, next, last, running }) =>
    targets.map((target) => [
      schedule,
      target,
      `${cron} (${timeZone})`,
      next.join(', '),
      running[target] !== undefined
        ? `since ${running[target]}`
        : last[target]
          ? `${last[target].outcome} at ${last[target].at}`
          : '',
    ]),
  );
  return table(['schedule', 'target', 'when', 'next', 'last'], rows);
}
