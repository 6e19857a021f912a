import type { LimitFunction } from 'p-limit';
import type { ScheduleSettings } from '../configOperate.js';
import { type Clock, LONGEST_SLEEP, systemClock } from './clock.js';
import type { OnOperateEvent, OperateEvent } from './events.js';
import type { ScheduleState, ScheduleStates } from './scheduleState.js';
import { timesOf } from './times.js';

/** What became of a scheduled run. */
export type ScheduledOutcome = Pick<
  Extract<OperateEvent, { type: 'outcome' }>,
  'outcome' | 'run' | 'why' | 'seconds'
>;

export interface SchedulerOptions {
  readonly schedules: Readonly<Record<string, ScheduleSettings>>;
  /** As an earlier scheduler left them. */
  readonly states: ScheduleStates;
  /** Called with each change, before what it tells of begins. */
  readonly keep: (states: ScheduleStates) => void;
  readonly run: (target: string, schedule: ScheduleSettings) => Promise<ScheduledOutcome>;
  /** How many targets are at work at once. */
  readonly limit: LimitFunction;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnOperateEvent;
  /** Called once a minute at least. */
  readonly onTurn?: () => void;
}

/** A time that is seen later than this was missed: nobody was at work, the machine slept, or its clock was set. */
const LATE = 5 * 60_000;
/** Missed times that are told one by one. */
const TOLD = 10;

const iso = (moment: number): string => new Date(moment).toISOString();

/**
 * Runs schedules until the signal is aborted, and then waits for what is under way. A target is retrained by one run
 * at a time: a time that comes while one is under way, of whichever schedule, is skipped and told. A time is run up to
 * five minutes late, as after a quick restart; older ones, and runs that a kill cut off, are told, and with `catchUp`
 * the target is retrained once for all of them.
 *
 * @example
 * await runSchedules({ schedules: config.schedules, states: readScheduleStates(config.runs), limit: pLimit(1), signal,
 *   keep: (states) => writeScheduleStates(config.runs, states), run: async (target) => outcomeOf(await retrainJob({ … })) });
 */
export async function runSchedules(options: SchedulerOptions): Promise<void> {
  const { schedules, keep, clock = systemClock, signal, onEvent } = options;
  const all = Object.entries(schedules).map(([name, settings]) => ({
    name,
    settings,
    times: timesOf(settings),
  }));
  const fresh: ScheduleState = { seen: iso(clock.now()), running: {}, last: {} };
  const states = Object.fromEntries(all.map(({ name }) => [name, options.states[name] ?? fresh]));
  const next = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();
  const put = (name: string, change: Partial<ScheduleState>) => {
    states[name] = { ...states[name], ...change };
    keep(states);
  };

  const begin = (name: string, target: string, moment: number) => {
    const about = { schedule: name, target, at: iso(moment) };
    if (underWay.has(target)) {
      onEvent?.({ type: 'skipped', ...about, why: 'a retraining of it is still under way' });
      return;
    }
    put(name, { running: { ...states[name].running, [target]: about.at } });
    const work = options
      .limit(() => runOne(about, options))
      .then((outcome) => {
        underWay.delete(target);
        if (outcome === undefined) return; // stopped: told as cut off at the next start
        const { [target]: _, ...running } = states[name].running;
        put(name, { running, last: { ...states[name].last, [target]: { at: about.at, outcome } } });
      });
    underWay.set(target, work);
  };

  /** Runs and tells what has come since the schedule was last looked at. */
  const advance = ({ name, settings, times }: (typeof all)[number], cutOff: readonly string[] = []) => {
    const now = clock.now();
    const seen = Date.parse(states[name].seen);
    const isSetBack = seen - now > LATE;
    if (!isSetBack && now < (next.get(name) ?? 0)) return;
    next.set(name, times.after(now, 1)[0] ?? Number.POSITIVE_INFINITY);
    if (isSetBack) return put(name, { seen: iso(now) });
    const late = Math.max(seen, now - LATE);
    const missed = times.between(seen, late, TOLD);
    const due = times.between(late, now, Number.POSITIVE_INFINITY).first;
    if (missed.count > 0)
      onEvent?.({ type: 'missed', schedule: name, times: missed.first.map(iso), count: missed.count });
    for (const target of settings.targets) {
      for (const moment of due.slice(0, -1))
        onEvent?.({
          ...{ type: 'skipped', schedule: name, target, at: iso(moment) },
          why: 'a later time of the schedule has come as well',
        });
      const last = due.at(-1);
      if (last !== undefined) begin(name, target, last);
      else if (settings.catchUp && (missed.count > 0 || cutOff.includes(target))) begin(name, target, now);
    }
    // At last: a kill before this tells a time twice, never not at all.
    if (missed.count + due.length > 0) put(name, { seen: iso(now) });
  };

  for (const one of all) {
    const cutOff = Object.entries(states[one.name].running);
    for (const [target, at] of cutOff) onEvent?.({ type: 'cutOff', schedule: one.name, target, at });
    put(one.name, { running: {} });
    advance(
      one,
      cutOff.map(([target]) => target),
    );
  }
  while (!signal?.aborted) {
    const wait = Math.min(...next.values()) - clock.now();
    await clock.sleep(Math.min(LONGEST_SLEEP, wait), signal);
    options.onTurn?.();
    if (!signal?.aborted) for (const one of all) advance(one);
  }
  await Promise.all(underWay.values());
}

/** @returns the outcome; undefined where a stop ended it */
async function runOne(
  about: { readonly schedule: string; readonly target: string; readonly at: string },
  { run, schedules, signal, onEvent }: SchedulerOptions,
): Promise<string | undefined> {
  if (signal?.aborted) return undefined;
  onEvent?.({ type: 'begun', ...about });
  try {
    const done = await run(about.target, schedules[about.schedule]);
    onEvent?.({ type: 'outcome', ...about, ...done });
    return done.outcome;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    onEvent?.({ type: 'trouble', ...about, message });
    return signal?.aborted ? undefined : 'failed';
  }
}
