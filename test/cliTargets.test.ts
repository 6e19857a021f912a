import './_here.js';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ConfigInput } from '../src/config.js';
import { readRecord } from '../src/train/folder.js';
import { listRunFolders } from '../src/train/runs.js';
import { type CliOptions, interrupt, kgmentor } from './_cli.js';
import { run, useGraph } from './_neo4j.js';

const N = 24;
const EPOCHS = 12;
const held = useGraph();
const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-cli-'));
after(() => rmSync(folder, { recursive: true }));

const SOURCES = ['Film', 'Book', 'Empty'];
const configOf = (runs: string): ConfigInput => ({
  sources: Object.fromEntries(
    SOURCES.map((label) => [label.toLowerCase(), { nodes: [{ label, key: 'id' }] }]),
  ),
  alignments: [{ relationship: 'SAME_AS' }],
  heldOut: { valid: 0.1, test: 0.2 },
  teacher: { dim: 8, epochs: 1, batch: 16 },
  student: { dim: 8, epochs: EPOCHS, batch: 16, evaluateEvery: 1, patience: 1000 },
  runs,
});
const cli = (args: string[], options: CliOptions = {}) => kgmentor(args, { cwd: folder, ...options });
const students = (runs: string) =>
  listRunFolders(path.join(folder, runs))
    .filter(({ record }) => record.kind === 'student')
    .map((one) => one.folder);
const modelOf = (runs: string, target: string) => {
  const found = students(runs).filter((one) => readRecord(one).target === target);
  assert.equal(found.length, 1);
  return readFileSync(path.join(found[0], 'model.safetensors'));
};

describe('students of several targets', () => {
  before(async () => {
    for (const runs of ['single', 'many', 'failed', 'stopped'])
      writeFileSync(path.join(folder, `${runs}.json`), JSON.stringify(configOf(runs)));
    for (const label of SOURCES.slice(0, 2))
      await run(
        held.graph,
        `UNWIND range(0, $n - 1) AS i MERGE (a:${label} {id: i}) MERGE (b:${label} {id: (i + 1) % $n}) MERGE (a)-[:NEXT]->(b)`,
        { n: N },
      );
    await run(
      held.graph,
      'CREATE (:Empty {id: 1}) WITH 1 AS one MATCH (a:Film), (b:Book {id: a.id}) MERGE (a)-[:SAME_AS]->(b)',
    );
  });

  it('are the same bits as one by one, beside each other', async () => {
    for (const target of ['film', 'book']) {
      const args = ['retrain', target, '--no-teacher', '--threads', '1', '--config', 'single.json'];
      const { code, stderr } = await cli(args);
      assert.equal(code, 0, stderr);
    }
    const args = ['retrain', '--targets', 'film,book', '--no-teacher', '--threads', '1', '--parallel', '2'];
    const { code, stdout, stderr } = await cli([...args, '--config', 'many.json', '--json']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^2 students, 2 at once, 1 thread each$/m);
    assert.match(stderr, /^film: student epoch 12\/12: /m);
    assert.match(stderr, /^book: student epoch 12\/12: /m);
    for (const target of ['film', 'book'])
      assert.match(stderr, new RegExp(`^${target}: links by relationship SAME_AS: `, 'm'));
    assert.doesNotMatch(stderr, /^links by/m);
    const told = JSON.parse(stdout) as { target: string; metrics: { tv: { all: { count: number } } } }[];
    assert.deepEqual(
      told.map(({ target }) => target),
      ['film', 'book'],
    );
    assert.ok(told.every(({ metrics }) => metrics.tv.all.count > 0));
    for (const target of ['film', 'book'])
      assert.ok(modelOf('many', target).equals(modelOf('single', target)), target);
  });

  it('do not fail with each other, and all are told', async () => {
    const args = ['retrain', '--targets', 'empty,film', '--no-teacher', '--config', 'failed.json'];
    const { code, stdout, stderr } = await cli(args);
    assert.equal(code, 5, stderr);
    assert.match(stdout, /^empty .*holds no relationship to train on\.$/m);
    assert.match(stdout, /^film +[\d.]+ .*failed/m);
    assert.match(stderr, /^kgmentor: The source empty holds no relationship/m);
  });

  it('stop together, and go on together; what is done stays', async () => {
    const args = ['retrain', '--targets', 'film,book', '--no-teacher', '--threads', '1', '--parallel', '1'];
    const all = [...args, '--config', 'stopped.json'];
    let asked = false;
    const stopped = await cli(all, {
      onStderr: (text, child) => {
        if (asked || !/epoch \d+\/12/.test(text)) return;
        asked = true;
        interrupt(child);
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr);
    assert.deepEqual(
      students('stopped').map((one) => readRecord(one).status),
      ['interrupted'],
    );
    const resumed = await cli([...all, '--resume']);
    assert.equal(resumed.code, 0, resumed.stderr);
    for (const target of ['film', 'book'])
      assert.ok(modelOf('stopped', target).equals(modelOf('single', target)), target);
    const again = await cli([...all, '--resume']);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(again.stdout.match(/its newest student was done before/g)?.length, 2);
    assert.equal(students('stopped').length, 2);
    // Asked for anew, both are trained anew, though the second is not begun before the stop.
    asked = false;
    const anew = await cli(all, {
      onStderr: (text, child) => {
        if (asked || !/epoch \d+\/12/.test(text)) return;
        asked = true;
        interrupt(child);
      },
    });
    assert.equal(anew.code, 130, anew.stderr);
    assert.equal(students('stopped').length, 3);
    const whole = await cli([...all, '--resume']);
    assert.equal(whole.code, 0, whole.stderr);
    assert.doesNotMatch(whole.stdout, /was done before/);
    assert.deepEqual(
      students('stopped')
        .map((one) => [readRecord(one).target, readRecord(one).status])
        .sort(),
      [
        ['book', 'done'],
        ['book', 'done'],
        ['film', 'done'],
        ['film', 'done'],
      ],
    );
  });

  it('are as many at once as were asked for, and nothing warns of listeners', async () => {
    const labels = Array.from({ length: 11 }, (_, i) => `Shelf${i}`);
    for (const label of labels)
      await run(held.graph, `CREATE (a:${label} {id: 1})-[:NEXT]->(:${label} {id: 2})-[:NEXT]->(a)`);
    const sources = Object.fromEntries(
      labels.map((label) => [label.toLowerCase(), { nodes: [{ label, key: 'id' }] }]),
    );
    const config = { ...configOf('shelves'), sources, alignments: [], heldOut: { valid: 0, test: 0 } };
    writeFileSync(path.join(folder, 'shelves.json'), JSON.stringify(config));
    // Each waits for the others and ends: eleven with TensorFlow would be much for a small machine.
    const begun = path.join(folder, 'begun');
    mkdirSync(begun);
    const script = path.join(folder, 'wait.mjs');
    writeFileSync(
      script,
      `import { readdirSync, writeFileSync } from 'node:fs';
if (process.send) {
  writeFileSync(${JSON.stringify(`${begun}/`)} + process.pid, '');
  while (readdirSync(${JSON.stringify(begun)}).length < ${labels.length}) await new Promise((r) => setTimeout(r, 50));
}`,
    );
    const targets = ['retrain', '--targets', Object.keys(sources).join(), '--parallel', `${labels.length}`];
    const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import ${pathToFileURL(script)}`;
    const { code, stderr } = await cli([...targets, '--no-teacher', '--config', 'shelves.json'], {
      env: { KGMENTOR_BACKEND: 'none', NODE_OPTIONS },
    });
    assert.equal(code, 2, stderr);
    assert.equal(readdirSync(begun).length, labels.length);
    assert.doesNotMatch(stderr, /MaxListeners/);
  });

  it('are named by one way only, and known', async () => {
    for (const [args, says] of [
      [[], /takes one target, or --targets/],
      [['film', '--targets', 'book'], /takes one target, or --targets/],
      [['--targets', 'film,films'], /no source "films"/],
      [['--targets', ','], /names no source/],
      [['film', '--parallel', '2'], /--parallel says how --targets works/],
      [['--targets', 'film', '--run', 'x'], /--run names one run/],
      [['--targets', 'film', '--parallel', '0'], /--parallel 0/],
    ] as const) {
      const { code, stderr } = await cli(['retrain', ...args, '--config', 'single.json']);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    }
  });
});
