import type { ScheduleSettings } from '../configOperate.js';
import type { Check } from './changes.js';
import { type OnOperateEvent, outcomeOf } from './events.js';
import type { RetrainHow, RetrainOutcome } from './retrainJob.js';
import type { ScheduledOutcome } from './schedule.js';

/** What a scheduled run of one target does, with `onlyIfChanged` after a look at its data. */
export async function runScheduled(
  target: string,
  { onlyIfChanged, ...how }: Pick<ScheduleSettings, 'onlyIfChanged' | 'teacher' | 'pretrain' | 'incremental'>,
  work: {
    readonly check: (target: string, teacher?: string) => Promise<Check>;
    readonly retrain: (target: string, how: RetrainHow) => Promise<RetrainOutcome>;
    readonly onEvent?: OnOperateEvent;
  },
): Promise<ScheduledOutcome> {
  if (onlyIfChanged) {
    const found = await work.check(target, how.teacher);
    work.onEvent?.({ type: 'checked', ...found });
    if (!found.retrain) return { outcome: 'unchanged', why: found.why, seconds: found.seconds };
  }
  const { teacher, pretrain, incremental } = how;
  return outcomeOf(await work.retrain(target, { teacher, pretrain, incremental, onlyIfChanged }));
}
