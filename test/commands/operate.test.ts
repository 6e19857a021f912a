import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { migrate } from '../../src/graph/migrate.js';
import { writeScheduleStates } from '../../src/operate/scheduleState.js';
import { type CliOptions, interrupt, kgmentor } from '../_cli.js';
import { run, useGraph } from '../_neo4j.js';
import { type Films, newFilms, recordTrained } from '../operate/_films.js';

const held = useGraph();
let films: Films;

const cli = (line: string, options: CliOptions = {}) =>
  kgmentor(line.split(' '), { cwd: films.folder, ...options });

/** Runs a command that goes on for ever, and asks for its health once it has said something. */
async function healthOf(line: string, said: RegExp) {
  let text = '';
  let asked: Promise<{ status: number; health: { loop?: object }; metrics: string }> | undefined;
  const ask = async (url: string) => {
    const answer = await fetch(`${url}/healthz`);
    const health = (await answer.json()) as { loop?: object };
    return { status: answer.status, health, metrics: await (await fetch(`${url}/metrics`)).text() };
  };
  const hear = (piece: string, child: ChildProcess) => {
    text += piece;
    const url = /^metrics: (http:\/\/127\.0\.0\.1:\d+)\//m.exec(text)?.[1];
    if (!asked && url && said.test(text)) asked = ask(url).finally(() => interrupt(child));
  };
  const { code, stderr } = await cli(line, {
    onBegun: (child) => void child.stdout?.on('data', (piece: string) => hear(piece, child)),
    onStderr: hear,
  });
  return { code, stderr, ...(await asked) };
}

/** The events of a log. */
const logged = (name: string): string[] =>
  readFileSync(path.join(films.folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((one) => JSON.parse(one).event);

/** Runs a command that goes on for ever, and stops it once it has said something. */
async function until(line: string, said: RegExp, env: Record<string, string> = {}) {
  let text = '';
  const stopped = new AbortController();
  const result = await cli(line, {
    env,
    onBegun(child) {
      child.stdout?.on('data', (piece: string) => {
        text += piece;
        if (said.test(text)) stopped.abort();
      });
      stopped.signal.addEventListener('abort', () => interrupt(child), { once: true });
    },
    onStderr(piece) {
      text += piece;
      if (said.test(text)) stopped.abort();
    },
  });
  return result;
}

const days = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();

describe('watch on the command line', () => {
  before(async () => {
    films = await newFilms(held.graph);
    await migrate(held.graph);
    await recordTrained(held.graph, 'r1', films);
  });
  after(() => films.remove());

  it('looks once and says which step decided', async () => {
    const { code, stdout } = await cli('watch films --once');
    assert.equal(code, 0);
    assert.match(stdout, /^films: not retrained, by digest of the content: what was committed changes no /);
    const again = await cli('watch films --once --json');
    const { type, retrain, step } = JSON.parse(again.stdout);
    assert.deepEqual([type, retrain, step, again.code], ['checked', false, 'bookmark', 0]);
  });

  it('tells its health between two looks, and logs what it found', async () => {
    const line = 'watch films --every 1h --metrics-port 0 --log watch.log';
    const { code, stderr, status, health, metrics } = await healthOf(line, /not retrained/);
    assert.deepEqual([code, status], [130, 200], stderr);
    assert.ok(health?.loop);
    assert.match(metrics ?? '', /^kgmentor_neo4j_reachable 1$/m);
    assert.deepEqual(logged('watch.log'), ['command', 'watch.checked', 'ended']);
  });

  it('tells what it would do, and does nothing', async () => {
    await run(held.graph, 'CREATE (:Film {id: 99})');
    const { code, stdout } = await cli('watch films --once --dry-run');
    assert.match(stdout, /^films: to be retrained, by counts: films has 41 nodes, 40 at the last check\n$/);
    assert.equal(code, 0);
    // Without a teacher it cannot be done either.
    assert.equal((await cli('watch films --once')).code, 5);
  });

  it('tries an unreachable server again, and ends in order at Ctrl-C', async () => {
    const away = { NEO4J_URI: 'bolt://127.0.0.1:1' };
    assert.equal((await cli('watch films --once', { env: away })).code, 3);
    const { code, stdout } = await until(
      'watch films --every 2s',
      /Trying again in [\s\S]*Trying again in/,
      away,
    );
    assert.match(stdout, /^films: No Neo4j server answers at .* Trying again in 2\.0 s\.$/m);
    assert.equal(code, 130);
  });

  it('refuses what it cannot read', async () => {
    for (const line of ['watch', 'watch films --targets films', 'watch films --every soon', 'watch filmz'])
      assert.equal((await cli(line)).code, 2, line);
  });
});

describe('schedule on the command line', () => {
  before(async () => {
    films = await newFilms(held.graph);
  });
  after(() => films.remove());

  it('lists the next times, and how the last runs ended', async () => {
    const last = { films: { at: '2026-06-01T01:00:00.000Z', outcome: 'refused' } };
    writeScheduleStates(films.config.runs, {
      nightly: { seen: new Date().toISOString(), running: {}, last },
    });
    const { code, stdout } = await cli('schedule --list --count 2 --json');
    const [{ schedule, next, targets, ...rest }] = JSON.parse(stdout);
    assert.deepEqual([code, schedule, targets, next.length, rest.last], [0, 'nightly', ['films'], 2, last]);
    assert.ok(next.every((time: string) => /T0[12]:00:00\.000Z$/.test(time)));
    assert.match((await cli('schedule --list')).stdout, /^nightly +films +0 3 \* \* \* \(Europe\/Berlin\)/m);
  });

  it('tells its health while nothing is due, and counts what was missed', async () => {
    writeScheduleStates(films.config.runs, { nightly: { seen: days(3), running: {}, last: {} } });
    const line = 'schedule --metrics-port 0 --log schedule.log';
    const { code, stderr, status, health, metrics } = await healthOf(line, /nightly: missed/);
    assert.deepEqual([code, status], [130, 200], stderr);
    assert.ok(health?.loop);
    assert.match(metrics ?? '', /^kgmentor_schedule_missed_total\{schedule="nightly"\} [23]$/m);
    assert.deepEqual(logged('schedule.log'), ['command', 'schedule.missed', 'ended']);
  });

  it('tells at its start what was missed, lets a second one wait, and ends in order at Ctrl-C', async () => {
    const running = { films: days(3) };
    writeScheduleStates(films.config.runs, { nightly: { seen: days(3), running, last: {} } });
    let second: ReturnType<typeof until> | undefined;
    const first = await cli('schedule', {
      onStderr(text, child) {
        if (!/next at/.test(text) || second) return;
        second = until('schedule', /Waiting for the scheduler in process/);
        void second.then(() => interrupt(child));
      },
    });
    assert.equal(first.code, 130, first.stderr);
    assert.match(first.stdout, /^films \(nightly\): the one of .* was cut off$/m);
    assert.match(first.stdout, /^nightly: missed .*Z, .*Z/m);
    assert.equal((await second)?.code, 130);
  });
});
