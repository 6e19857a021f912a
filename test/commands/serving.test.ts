import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { interrupt, runCli } from '../_cli.js';
import { useGraph } from '../_neo4j.js';
import { importRings, ringConfig, writeRings } from '../_rings.js';

const PASSWORD = process.env.NEO4J_PASSWORD || 'hunter2-hunter2';
const env = { NEO4J_PASSWORD: PASSWORD, KGMENTOR_WRITE_PASSWORD: 'writer-hunter2' };

const held = useGraph();
type Line = Record<string, unknown>;
const parsed = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a command that trains', () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-serving-'));
    writeRings(folder);
    const teacher = { ...ringConfig.teacher, epochs: 2000, evaluateEvery: 1, patience: 2000 };
    writeFileSync(
      path.join(folder, 'kgmentor.json'),
      JSON.stringify({ ...ringConfig, teacher, metrics: { port: 0 } }),
    );
    await importRings(held.graph, folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('serves metrics and health while it does, logs each event without a secret, and ends in order', async () => {
    let asked: Promise<[string, number]> | undefined;
    const ask = async (url: string): Promise<[string, number]> => {
      const { status } = await fetch(`${url}/healthz`);
      return [await (await fetch(`${url}/metrics`)).text(), status];
    };
    let url: string | undefined;
    const args = ['pretrain', '--threads', '1', '--log', 'logs/events.log', '--log-level', 'debug'];
    const { code, stderr } = await runCli(args, {
      cwd: folder,
      env,
      onStderr: (text, child) => {
        url ??= /^metrics: (http:\/\/127\.0\.0\.1:\d+)\/metrics/m.exec(text)?.[1];
        if (asked || !url || !/validation MRR/.test(text)) return;
        asked = ask(url).finally(() => interrupt(child));
      },
    });
    assert.equal(code, 130, stderr);
    const [metrics, status] = (await asked) ?? ['', 0];
    assert.equal(status, 200);
    assert.match(metrics, /^kgmentor_runs_running\{role="teacher",target=""\} 1$/m);
    assert.match(metrics, /^kgmentor_epochs_total\{role="teacher",target=""\} [1-9]/m);
    assert.match(metrics, /^kgmentor_read_rows_total\{source="films",kind="triples"\} 90$/m);
    assert.match(metrics, /^kgmentor_neo4j_reachable 1$/m);
    await assert.rejects(fetch(`${url}/healthz`), /fetch failed/);

    const log = readFileSync(path.join(folder, 'logs', 'events.log'), 'utf8');
    const lines = parsed(log);
    const events = lines.map(({ event }) => event);
    for (const event of ['command', 'read', 'begun', 'device', 'epoch', 'evaluated', 'failed'])
      assert.ok(events.includes(event), event);
    assert.equal(lines.find(({ event }) => event === 'failed')?.code, 'INTERRUPTED');
    assert.deepEqual([events.at(-1), lines.at(-1)?.exitCode], ['ended', 130]);
    for (const secret of Object.values(env)) assert.ok(!log.includes(secret), 'a password stands in the log');
  });

  it('logs in place of its narration, and an error with a log-in in an address without that', async () => {
    const uri = `bolt://me:${PASSWORD}@127.0.0.1:1`;
    const { code, stdout, stderr } = await runCli(['sources', '--uri', uri], {
      cwd: folder,
      env: { ...env, KGMENTOR_LOG: '-' },
    });
    assert.deepEqual([code, stdout], [2, '']);
    const lines = parsed(stderr);
    assert.deepEqual(
      lines.map(({ level, event }) => [level, event]),
      [
        ['info', 'command'],
        ['error', 'ended'],
      ],
    );
    assert.match(stderr, /bolt:\/\/\[redacted\]@127\.0\.0\.1:1/);
    assert.ok(!stderr.includes(PASSWORD));
  });

  it('refuses what is no port and no level', async () => {
    for (const [flags, message] of [
      [['--metrics-port', '70000'], /--metrics-port 70000 is no port/],
      [['--log-level', 'loud'], /--log-level loud: one of debug, info, warn, error expected/],
    ] as const) {
      const { code, stderr } = await runCli(['pretrain', ...flags], { cwd: folder });
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});
