import type { LimitFunction } from 'p-limit';
import { KgmentorError } from '../errors.js';
import type { Check } from './changes.js';
import { type Clock, LONGEST_SLEEP, systemClock } from './clock.js';
import { type OnOperateEvent, outcomeOf } from './events.js';
import type { RetrainOutcome } from './retrainJob.js';

export interface WatchOptions {
  readonly targets: readonly string[];
  /** Between two checks of a target. */
  readonly intervalSeconds: number;
  readonly check: (target: string) => Promise<Check>;
  /** Absent: only told whether a target would be retrained. */
  readonly retrain?: (target: string) => Promise<RetrainOutcome>;
  /** One check of each target, with what follows from it. */
  readonly once?: boolean;
  /** How many targets are at work at once. */
  readonly limit: LimitFunction;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnOperateEvent;
  /** Called when work begins or ends, and once a minute between two looks. */
  readonly onTurn?: () => void;
}

/** The first wait after a failure, which doubles with each further one. */
const FIRST_RETRY = 5;
/** A training that fails each time costs as much each time. */
const LONGEST_RETRY = 3600;

/**
 * Checks targets again and again and retrains those whose data have changed. Failures are told and tried again after
 * longer and longer waits; only what the configuration has wrong at the first check ends it. Ends when the signal is
 * aborted.
 *
 * @returns with `once` the outcomes of the targets that were retrained
 * @throws KgmentorError INTERRUPTED where a training was stopped, with its checkpoint written; with `once` any failure
 * @example
 * await watch({ targets: ['films'], intervalSeconds: 300, limit: pLimit(1), signal,
 *   check: (target) => checkTarget({ config, graphs, target }), retrain: (target) => retrainJob({ config, graphs, target }) });
 */
export async function watch(options: WatchOptions): Promise<readonly RetrainOutcome[]> {
  const outcomes: RetrainOutcome[] = [];
  const ended = await Promise.allSettled(
    options.targets.map((target) => watchTarget(target, options, outcomes)),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return outcomes;
}

async function watchTarget(target: string, options: WatchOptions, outcomes: RetrainOutcome[]): Promise<void> {
  const { intervalSeconds, once, limit, clock = systemClock, signal, onEvent } = options;
  let failures = 0;
  for (let round = 0; !signal?.aborted; round++) {
    let wait = intervalSeconds;
    try {
      const outcome = await limit(() => look(target, options));
      if (outcome && once) outcomes.push(outcome);
      failures = 0;
    } catch (error) {
      if (once || isFinal(error, round)) throw error;
      wait = retryAfter(++failures, error, intervalSeconds);
      const message = error instanceof Error ? error.message : String(error);
      onEvent?.({ type: 'trouble', target, at: timeOf(clock), message, retrySeconds: wait });
    }
    options.onTurn?.();
    if (once) return;
    await sleepFor(wait * 1000, options);
  }
}

async function sleepFor(
  milliseconds: number,
  { clock = systemClock, signal, onTurn }: WatchOptions,
): Promise<void> {
  for (let left = milliseconds; left > 0 && !signal?.aborted; left -= LONGEST_SLEEP) {
    await clock.sleep(Math.min(left, LONGEST_SLEEP), signal);
    onTurn?.();
  }
}

const timeOf = (clock: Clock): string => new Date(clock.now()).toISOString();

/** One check, and the retraining that follows from it. */
async function look(
  target: string,
  { check, retrain, clock = systemClock, signal, onEvent }: WatchOptions,
): Promise<RetrainOutcome | undefined> {
  if (signal?.aborted) return undefined;
  const found = await check(target);
  onEvent?.({ type: 'checked', ...found });
  if (!found.retrain || !retrain || signal?.aborted) return undefined;
  const at = timeOf(clock);
  onEvent?.({ type: 'begun', target, at });
  const done = await retrain(target);
  onEvent?.({ type: 'outcome', target, at, ...outcomeOf(done) });
  return done;
}

/** A stop is none to try again, nor what a person must correct first. */
const isFinal = (error: unknown, round: number): boolean =>
  error instanceof KgmentorError &&
  (error.code === 'INTERRUPTED' || error.code === 'SCHEMA' || (error.code === 'USAGE' && round === 0));

/** A server that is away is soon back; other failures wait an interval at least. */
function retryAfter(failures: number, error: unknown, interval: number): number {
  const isAway = error instanceof KgmentorError && error.code === 'UNREACHABLE';
  const first = isAway ? Math.min(FIRST_RETRY, interval) : interval;
  const longest = isAway ? interval : Math.max(interval, LONGEST_RETRY);
  return Math.min(first * 2 ** (failures - 1), longest);
}
