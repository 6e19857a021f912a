import '../_here.js';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type SearchSettings, searchSchema, studentSchema } from '../../src/config.js';
import { KgmentorError } from '../../src/errors.js';
import { retrain } from '../../src/train/retrain.js';
import { type SearchInput, search } from '../../src/train/search.js';
import { folder } from './_graph.js';
import { EVALUATION, ONE } from './_runs.js';
import { makeWorld } from './_world.js';

const world = makeWorld();
const base = studentSchema.parse({ dim: 8, epochs: 9, batch: 64, evaluateEvery: 1, patience: 20 });
const SPACE: SearchSettings['space'] = {
  'student.n3': { log: [0.0001, 1] },
  'student.learningRate': { uniform: [0.05, 0.5] },
};

function inputOf(settings: object, change: Partial<SearchInput<typeof base>> = {}): SearchInput<typeof base> {
  return {
    role: 'student',
    base,
    search: searchSchema.parse({ space: SPACE, trials: 4, ...settings }),
    about: { world: 'small' },
    runs: folder(),
    name: 'here',
    train: (chosen, run, options) =>
      retrain(
        {
          dataset: world.dataset,
          target: 'here',
          split: world.split,
          settings: chosen,
          evaluation: EVALUATION,
          ...run,
        },
        options,
      ),
    ...change,
  };
}

/** What does not depend on the clock. */
const figures = ({ trials, best, config }: Awaited<ReturnType<typeof search>>) => ({
  trials: trials.map(({ seconds: _, peakMb: __, ...trial }) => trial),
  best: [best?.trial, best?.rung, best?.best],
  config,
});

describe('a random search', () => {
  it('keeps all trials, the settings as they are first, and names the best on validation', async () => {
    const { folder: kept, trials, best, config } = await search(inputOf({ trials: 3 }), ONE);
    assert.deepEqual(
      trials.map(({ trial, rung, status, epochs }) => [trial, rung, status, epochs]),
      [1, 2, 3].map((trial) => [trial, 0, 'done', 9]),
    );
    assert.deepEqual(trials[0].choice, { n3: base.n3, learningRate: base.learningRate });
    const values = trials.map((trial) => trial.best as number);
    assert.ok(new Set(values).size > 1);
    assert.equal(best?.best, Math.max(...values));
    assert.deepEqual(config, { student: best?.choice });
    const lines = readFileSync(path.join(kept, 'trials.jsonl'), 'utf8').trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      trials,
    );
    const record = JSON.parse(readFileSync(path.join(kept, 'trial-2', 'run.json'), 'utf8'));
    assert.equal(record.settings.n3, trials[1].choice.n3);
    assert.equal(record.result.best, trials[1].best);
    assert.ok(!readdirSync(path.join(kept, 'trial-2')).some((name) => name.endsWith('.safetensors')));
  });

  it('that was stopped goes on to what it would have found, and with more trials keeps the first ones', async () => {
    const whole = await search(inputOf({ trials: 2 }), ONE);
    const input = inputOf({ trials: 2 });
    const stop = new AbortController();
    const stopping = search(input, {
      ...ONE,
      signal: stop.signal,
      onEvent: (event) => {
        const inSecond = readdirSync(input.runs).some((name) =>
          existsSync(path.join(input.runs, name, 'trial-2', 'run.json')),
        );
        if (inSecond && event.type === 'epoch' && event.epoch === 4) stop.abort();
      },
    });
    await assert.rejects(stopping, (error) => error instanceof KgmentorError && error.code === 'INTERRUPTED');
    const begun: number[] = [];
    const resumed = await search(input, {
      ...ONE,
      onEvent: (event) => event.type === 'epoch' && begun.push(event.epoch),
    });
    assert.ok(begun[0] > 1, 'the unfinished trial went on from its checkpoint');
    assert.deepEqual(figures(resumed), figures(whole));
    let trained = 0;
    const more = await search(
      {
        ...input,
        search: { ...input.search, trials: 3 },
        train: (settings, run, options) => {
          trained++;
          return input.train(settings, run, options);
        },
      },
      ONE,
    );
    assert.equal(trained, 1);
    assert.deepEqual(more.trials.slice(0, 2), resumed.trials);
    assert.equal(more.folder, resumed.folder);
  });

  it('keeps a trial that diverged, and goes on', async () => {
    const { trials, best } = await search(
      inputOf({ space: { 'student.learningRate': [1e30] }, trials: 2 }),
      ONE,
    );
    assert.deepEqual(
      trials.map(({ status }) => status),
      ['done', 'failed'],
    );
    assert.match(trials[1].error ?? '', /diverged/);
    assert.equal(best?.trial, 1);
  });

  it('without validation facts is refused', async () => {
    const split = {
      ...world.split,
      valid: { head: new Int32Array(), relation: new Int32Array(), tail: new Int32Array() },
    };
    const input = inputOf({});
    const train: typeof input.train = (settings, run, options) =>
      retrain(
        { dataset: world.dataset, target: 'here', split, settings, evaluation: EVALUATION, ...run },
        options,
      );
    await assert.rejects(
      search({ ...input, train }, ONE),
      (error) => error instanceof KgmentorError && error.code === 'NO_DATA',
    );
  });
});

describe('a search by successive halving', () => {
  it('trains a third of the trials at each threefold of epochs, the best on validation', async () => {
    const { trials, best } = await search(inputOf({ method: 'halving', trials: 9 }), ONE);
    const rung = (r: number) => trials.filter((trial) => trial.rung === r);
    assert.deepEqual(
      [0, 1, 2, 3].map((r) => rung(r).length),
      [9, 3, 1, 0],
    );
    assert.deepEqual(
      [0, 1, 2].map((r) => rung(r)[0].epochs),
      [1, 3, 9],
    );
    for (const r of [0, 1]) {
      const order = rung(r).sort((a, b) => (b.best as number) - (a.best as number) || a.trial - b.trial);
      const next = rung(r + 1).map(({ trial }) => trial);
      assert.deepEqual(
        next,
        order.slice(0, next.length).map(({ trial }) => trial),
      );
    }
    assert.equal(best, rung(2)[0]);
  });
});
