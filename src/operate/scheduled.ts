import type { ScheduleSettings } from '../configOperate.js';
import type { Check } from './changes.js';
import { type OnOperateEvent, outcomeOf } from './events.js';
import type { RetrainOutcome } from './retrainJob.js';
import type { ScheduledOutcome } from './schedule.js';

/** What a scheduled run of one target does, with `onlyIfChanged` after a look at its data. */
export async function runScheduled(
  target: string,
  { onlyIfChanged, teacher, pretrain }: Pick<ScheduleSettings, 'onlyIfChanged' | 'teacher' | 'pretrain'>,
  work: {
    readonly check: (target: string) => Promise<Check>;
    readonly retrain: (
      target: string,
      how: { teacher?: string; pretrain?: boolean },
    ) => Promise<RetrainOutcome>;
    readonly onEvent?: OnOperateEvent;
  },
): Promise<ScheduledOutcome> {
  if (onlyIfChanged) {
    const found = await work.check(target);
    work.onEvent?.({ type: 'checked', ...found });
    if (!found.retrain) return { outcome: 'unchanged', why: found.why, seconds: found.seconds };
  }
  return outcomeOf(await work.retrain(target, { teacher, pretrain }));
}
