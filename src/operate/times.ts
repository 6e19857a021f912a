import { Cron } from 'croner';
import type { ScheduleSettings } from '../configOperate.js';

/** The times of a schedule; between two of them lies what its time zone's clock says, over changes to and from summer time. */
export interface Times {
  /** The next ones after a moment, at most `count`. */
  after(moment: number, count: number): readonly number[];
  /** Those after `from` up to `to`: the first `most`, and how many there are, counted up to a hundred thousand. */
  between(
    from: number,
    to: number,
    most: number,
  ): { readonly first: readonly number[]; readonly count: number };
}

const MOST_COUNTED = 100_000;

/**
 * @example
 * timesOf({ cron: '0 3 * * *', timeZone: 'Europe/Berlin' }).after(Date.now(), 3);
 */
export function timesOf({ cron, timeZone }: Pick<ScheduleSettings, 'cron' | 'timeZone'>): Times {
  const pattern = new Cron(cron, { timezone: timeZone, paused: true });
  return {
    after: (moment, count) => pattern.nextRuns(count, new Date(moment)).map((date) => date.getTime()),
    between(from, to, most) {
      const first: number[] = [];
      let count = 0;
      for (let at = pattern.nextRun(new Date(from)); at && at.getTime() <= to; at = pattern.nextRun(at)) {
        if (first.length < most) first.push(at.getTime());
        if (++count >= MOST_COUNTED) break;
      }
      return { first, count };
    },
  };
}
