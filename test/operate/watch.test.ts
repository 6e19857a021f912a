import '../_here.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pLimit from 'p-limit';
import { KgmentorError } from '../../src/errors.js';
import type { Check } from '../../src/operate/changes.js';
import type { OperateEvent } from '../../src/operate/events.js';
import type { RetrainOutcome } from '../../src/operate/retrainJob.js';
import { type WatchOptions, watch } from '../../src/operate/watch.js';
import { fastClock } from './_fastClock.js';

const checked = (target: string, retrain: boolean): Check => ({
  ...{ target, retrain, step: retrain ? 'counts' : 'bookmark', why: 'so it is', seconds: 0 },
});
const busy = (target: string): RetrainOutcome => ({ outcome: 'busy', target, why: 'anna holds the lease' });
const away = () => {
  throw new KgmentorError('UNREACHABLE', 'No Neo4j server answers.');
};

/** Watches a target for so many seconds of a clock that is moved. */
async function during(seconds: number, options: Partial<WatchOptions>): Promise<OperateEvent[]> {
  const clock = fastClock(0);
  const stop = new AbortController();
  const events: OperateEvent[] = [];
  const watching = watch({
    targets: ['films'],
    intervalSeconds: 60,
    check: async (target) => checked(target, false),
    limit: pLimit(1),
    clock,
    signal: stop.signal,
    onEvent: (event) => events.push(event),
    ...options,
  });
  watching.catch(() => undefined);
  await clock.runTo(seconds * 1000);
  stop.abort();
  await watching;
  return events;
}

const waits = (events: readonly OperateEvent[]) =>
  events.flatMap((event) => (event.type === 'trouble' ? [event.retrySeconds] : []));

describe('a watch', () => {
  it('looks at each interval and retrains what has changed', async () => {
    let looks = 0;
    const events = await during(150, {
      check: async (target) => checked(target, ++looks === 2),
      retrain: async (target) => busy(target),
    });
    assert.deepEqual(
      events.map(({ type }) => type),
      ['checked', 'checked', 'begun', 'outcome', 'checked'],
    );
  });

  it('retrains nothing where it may only look', async () => {
    const events = await during(100, { check: async (target) => checked(target, true) });
    assert.deepEqual(
      events.map(({ type }) => type),
      ['checked', 'checked'],
    );
  });

  it('tries again sooner, then less and less often, while the server is away', async () => {
    let looks = 0;
    const events = await during(200, {
      check: async (target) => (++looks > 5 ? checked(target, false) : away()),
    });
    assert.deepEqual(waits(events), [5, 10, 20, 40, 60]);
    assert.equal(events.filter(({ type }) => type === 'checked').length, 2);
  });

  it('waits longer and longer, an hour at most, where the training fails', async () => {
    const events = await during(3 * 3600, {
      check: async (target) => checked(target, true),
      retrain: async () => {
        throw new KgmentorError('BAD_DATA', 'Keys are missing.');
      },
    });
    assert.deepEqual(waits(events).slice(0, 8), [60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  it('ends where the configuration is wrong, and where a training was stopped', async () => {
    for (const code of ['USAGE', 'INTERRUPTED'] as const)
      await assert.rejects(
        during(10, {
          check: async () => {
            throw new KgmentorError(code, 'No.');
          },
        }),
        { code },
      );
  });

  it('shows that it is alive once a minute, however long it waits', async () => {
    let turns = 0;
    await during(600, { intervalSeconds: 3600, onTurn: () => turns++ });
    assert.ok(turns >= 10, String(turns));
  });

  it('looks once at each target where that is asked for, and tells failures', async () => {
    const done = await watch({
      ...{ targets: ['films', 'books'], intervalSeconds: 60, once: true, limit: pLimit(1) },
      check: async (target) => checked(target, target === 'books'),
      retrain: async (target) => busy(target),
    });
    assert.deepEqual(done, [busy('books')]);
    await assert.rejects(
      watch({
        ...{ targets: ['films'], intervalSeconds: 60, once: true, limit: pLimit(1) },
        check: async () => away(),
      }),
      { code: 'UNREACHABLE' },
    );
  });

  it('is at work on so many targets at once', async () => {
    let [working, most] = [0, 0];
    await during(70, {
      targets: ['a', 'b', 'c', 'd'],
      limit: pLimit(2),
      async check(target) {
        most = Math.max(most, ++working);
        await new Promise((resolve) => setImmediate(resolve));
        working--;
        return checked(target, false);
      },
    });
    assert.equal(most, 2);
  });
});
