import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pLimit from 'p-limit';
import type { OperateEvent } from '../../src/operate/events.js';
import { runSchedules } from '../../src/operate/schedule.js';
import type { ScheduleStates } from '../../src/operate/scheduleState.js';
import { timesOf } from '../../src/operate/times.js';
import { parseConfig } from '../../src/settings.js';
import { type FastClock, fastClock } from './_fastClock.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One life of a scheduler; what it ran, told and kept. */
function begin(
  clock: FastClock,
  schedules: Record<string, object>,
  {
    minutes = () => 0,
    states = {},
    parallel = 4,
  }: { minutes?: (target: string) => number; states?: ScheduleStates; parallel?: number } = {},
) {
  const config = parseConfig({ sources: {}, schedules }, 'test');
  const stop = new AbortController();
  const events: OperateEvent[] = [];
  const runs: { target: string; from: number; to: number }[] = [];
  const life = {
    events,
    runs,
    states,
    working: 0,
    most: 0,
    end: async () => {},
    kill: () => ({}) as ScheduleStates,
  };
  const ended = runSchedules({
    schedules: config.schedules,
    states,
    keep(now) {
      life.states = structuredClone(now);
    },
    limit: pLimit(parallel),
    clock,
    signal: stop.signal,
    onEvent: (event) => events.push(event),
    async run(target) {
      const from = clock.now();
      life.most = Math.max(life.most, ++life.working);
      await clock.sleep(minutes(target) * MINUTE);
      life.working--;
      runs.push({ target, from, to: clock.now() });
      return { outcome: 'published', why: 'better', seconds: 60 * minutes(target) };
    },
  });
  life.end = async () => {
    stop.abort();
    await ended;
  };
  /** As kill -9 does: nothing that it does from now on counts. */
  life.kill = () => {
    const kept = life.states;
    stop.abort();
    return kept;
  };
  return life;
}

const told = (events: readonly OperateEvent[], type: OperateEvent['type']) =>
  events.filter((event) => event.type === type);
const at = (event: OperateEvent) => ('at' in event ? event.at.slice(11, 16) : '');

describe('a scheduled day in fast motion', () => {
  it('has the right runs, none of which overlap, and each time is run, skipped or missed', async () => {
    const start = Date.parse('2026-06-01T00:00:00Z');
    const clock = fastClock(start);
    const schedules = {
      often: { cron: '*/15 * * * *', targets: ['films'] },
      hourly: { cron: '5 * * * *', targets: ['books', 'films'] },
      nightly: { cron: '0 3 * * *', timeZone: 'Europe/Berlin', targets: ['music'] },
    };
    const minutes = (target: string) => ({ films: 20, books: 7, music: 90 })[target] ?? 0;
    const day = begin(clock, schedules, { minutes });
    await clock.runTo(start + 24 * HOUR);
    await Promise.all([day.end(), clock.runTo(start + 26 * HOUR)]);
    for (const target of ['films', 'books', 'music']) {
      const runs = day.runs.filter((one) => one.target === target);
      for (const [i, one] of runs.entries()) if (i > 0) assert.ok(one.from >= runs[i - 1].to, target);
    }
    const expected: Record<string, number> = { often: 96, hourly: 48, nightly: 1 };
    for (const [schedule, count] of Object.entries(expected)) {
      const mine = day.events.filter((event) => 'schedule' in event && event.schedule === schedule);
      assert.equal(told(mine, 'begun').length + told(mine, 'skipped').length, count, schedule);
      assert.deepEqual(told(mine, 'missed'), []);
    }
    // 20 minutes each quarter of an hour: every second one comes while one is under way.
    assert.ok(told(day.events, 'skipped').length >= 48);
    assert.equal(day.runs.filter(({ target }) => target === 'books').length, 24);
    // Three o'clock in Berlin in June.
    assert.deepEqual(
      told(day.events, 'begun')
        .filter((event) => 'target' in event && event.target === 'music')
        .map(at),
      ['01:00'],
    );
  });

  it('tells after a restart what was missed and what was cut off, and runs on', async () => {
    const start = Date.parse('2026-06-01T00:00:00Z');
    const clock = fastClock(start);
    const schedules = {
      hourly: { cron: '0 * * * *', targets: ['films'] },
      early: { cron: '30 * * * *', targets: ['books'], catchUp: true },
    };
    const first = begin(clock, schedules, { minutes: () => 10 });
    await clock.runTo(start + 3 * HOUR + 5 * MINUTE); // the one of 3:00 is under way
    const states = first.kill();
    clock.set(start + 8 * HOUR + 20 * MINUTE);
    const second = begin(clock, schedules, { minutes: () => 8, states });
    await clock.runTo(start + 24 * HOUR - MINUTE);
    const missed = told(second.events, 'missed') as Extract<OperateEvent, { type: 'missed' }>[];
    assert.deepEqual(
      missed.map(({ schedule, times }) => [schedule, times.map((time) => time.slice(11, 16))]),
      [
        ['hourly', ['04:00', '05:00', '06:00', '07:00', '08:00']],
        ['early', ['03:30', '04:30', '05:30', '06:30', '07:30']],
      ],
    );
    assert.deepEqual(told(second.events, 'cutOff'), [
      { type: 'cutOff', schedule: 'hourly', target: 'films', at: '2026-06-01T03:00:00.000Z' },
    ]);
    // Only the one that is to catch up ran at once.
    assert.deepEqual(told(second.events, 'begun').slice(0, 3).map(at), ['08:20', '08:30', '09:00']);
    await Promise.all([second.end(), clock.runTo(start + 25 * HOUR)]);
    // Each of the day's 24 times of either schedule was run, skipped, or told as missed.
    for (const [schedule, ran] of [
      ['hourly', 'films'],
      ['early', 'books'],
    ]) {
      const mine = [...first.events, ...second.events].filter(
        (e) => 'schedule' in e && e.schedule === schedule,
      );
      const caught = schedule === 'early' ? 1 : 0;
      const passed = told(mine, 'begun').length - caught + told(mine, 'skipped').length + 5;
      assert.equal(passed, schedule === 'hourly' ? 23 : 24, `${schedule} ${ran}`);
    }
  });

  it('runs late what a quick restart has passed over', async () => {
    const start = Date.parse('2026-06-01T00:50:00Z');
    const clock = fastClock(start);
    const schedules = { hourly: { cron: '0 * * * *', targets: ['films'] } };
    const first = begin(clock, schedules);
    await clock.runTo(start + 9 * MINUTE);
    const states = first.kill();
    clock.set(start + 12 * MINUTE);
    const second = begin(clock, schedules, { states });
    await clock.runTo(start + 13 * MINUTE);
    assert.deepEqual([told(second.events, 'missed'), told(second.events, 'begun').map(at)], [[], ['01:00']]);
    await second.end();
  });

  it('goes on by a clock that was set back, and tells what one that was set forward has passed', async () => {
    const start = Date.parse('2026-06-01T00:00:00Z');
    const clock = fastClock(start);
    const life = begin(clock, { hourly: { cron: '0 * * * *', targets: ['films'] } });
    await clock.runTo(start + 2 * HOUR + MINUTE);
    clock.set(start - 10 * HOUR + 50 * MINUTE);
    await clock.runTo(start - 9 * HOUR + MINUTE);
    clock.set(start + 5 * HOUR + 30 * MINUTE);
    await clock.runTo(start + 6 * HOUR + MINUTE);
    await life.end();
    assert.deepEqual(told(life.events, 'begun').map(at), ['01:00', '02:00', '15:00', '06:00']);
    const [missed] = told(life.events, 'missed') as Extract<OperateEvent, { type: 'missed' }>[];
    assert.deepEqual([missed.count, missed.times.length], [14, 10]);
  });

  it('keeps to how many may be at work at once', async () => {
    const start = Date.parse('2026-06-01T00:00:00Z');
    const clock = fastClock(start);
    const targets = ['a', 'b', 'c', 'd', 'e'];
    const life = begin(clock, { all: { cron: '0 * * * *', targets } }, { minutes: () => 10, parallel: 2 });
    await clock.runTo(start + HOUR + 40 * MINUTE);
    assert.deepEqual([life.most, life.runs.length], [2, 5]);
    await life.end();
  });

  it('goes on after a run that fails', async () => {
    const start = Date.parse('2026-06-01T00:00:00Z');
    const clock = fastClock(start);
    let tries = 0;
    const minutes = () => {
      if (tries++ === 0) throw new Error('The disk is full.');
      return 1;
    };
    const life = begin(clock, { hourly: { cron: '0 * * * *', targets: ['films'] } }, { minutes });
    await clock.runTo(start + 2 * HOUR + 5 * MINUTE);
    await life.end();
    const [trouble] = told(life.events, 'trouble') as Extract<OperateEvent, { type: 'trouble' }>[];
    assert.equal(trouble.message, 'The disk is full.');
    assert.equal(life.runs.length, 1);
    assert.equal(life.states.hourly.last.films.outcome, 'published');
  });
});

describe('the times of a schedule', () => {
  const of = (cron: string, timeZone: string, from: string, count: number) =>
    timesOf({ cron, timeZone })
      .after(Date.parse(from), count)
      .map((moment) => new Date(moment).toISOString().slice(5, 16));

  it('are those of its time zone, each day once, over both changes of the clock', () => {
    const night = (from: string) => of('30 2 * * *', 'Europe/Berlin', from, 3);
    // 2:30 is not there on the day when summer time begins, and twice on the day when it ends.
    assert.deepEqual(night('2026-03-27T12:00Z'), ['03-28T01:30', '03-29T01:00', '03-30T00:30']);
    assert.deepEqual(night('2026-10-24T12:00Z'), ['10-25T00:30', '10-26T01:30', '10-27T01:30']);
  });

  it('come after a moment, not at it', () => {
    assert.deepEqual(of('0 * * * *', 'UTC', '2026-06-01T10:00Z', 1), ['06-01T11:00']);
    assert.deepEqual(of('0 0 30 2 *', 'UTC', '2026-06-01T10:00Z', 1), []);
  });

  it('are refused where pattern or zone is wrong', () => {
    for (const [change, said] of [
      [{ cron: '61 * * * *' }, /schedules\.night\.cron: .*61/],
      [{ timeZone: 'Europe/Berlinn' }, /schedules\.night\.timeZone: .*Europe\/Berlinn/],
    ] as const)
      assert.throws(
        () =>
          parseConfig(
            { sources: {}, schedules: { night: { cron: '0 3 * * *', targets: ['films'], ...change } } },
            'test',
          ),
        said,
      );
  });
});
