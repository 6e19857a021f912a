import './_here.js';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../src/config.js';
import { importAlignments, importTriples } from '../src/graph/import.js';
import { kgmentor } from './_cli.js';
import { useGraph } from './_neo4j.js';
import { retold } from './kg/_retold.js';

const held = useGraph();
const folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SIZE = 150;
const cli = (...args: string[]) => kgmentor(args, { cwd: folder });
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await cli(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
}
interface Pairs {
  run: string;
  pairs: { left: string; right: string; count: number; csls: { both: { count: number } } }[];
}

describe('alignment on the command line', () => {
  before(async () => {
    const [a, b] = retold(SIZE, 0.7).sources;
    const write = (name: string, rows: readonly (readonly unknown[])[]) =>
      writeFileSync(path.join(folder, name), rows.map((row) => `${row.join('\t')}\n`).join(''));
    for (const [name, { triples }] of [
      ['a', a],
      ['b', b],
    ] as const)
      write(
        `${name}.tsv`,
        Array.from(triples.head, (h, i) => [`e${h}`, `r${triples.relation[i]}`, `e${triples.tail[i]}`]),
      );
    write(
      'links.tsv',
      Array.from({ length: SIZE }, (_, i) => [`e${i}`, `e${i}`]).filter((_, i) => i % 5 < 4),
    );
    const small = { dim: 8, epochs: 1, batch: 128 };
    const config: ConfigInput = {
      sources: { a: { nodes: [{ label: 'A', key: 'id' }] }, b: { nodes: [{ label: 'B', key: 'id' }] } },
      alignments: [{ relationship: 'SAME_AS' }],
      heldOut: { valid: 0.05, test: 0.05, links: 0.2 },
      teacher: small,
      student: small,
    };
    writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify(config));
    const at = (name: string) => path.join(folder, name);
    const [left, right] = ['A', 'B'].map((label) => ({ label, key: 'id' }));
    await importTriples(held.graph, { source: 'a', nodes: left, file: at('a.tsv') });
    await importTriples(held.graph, { source: 'b', nodes: right, file: at('b.tsv') });
    await importAlignments(held.graph, { left, right, file: at('links.tsv') });
  });

  it('is refused where no run has withheld links', async () => {
    const { code, stderr } = await cli('evaluate', '--task', 'alignment');
    assert.equal(code, 5);
    assert.match(stderr, /no finished teacher/);
    const completion = await cli('evaluate');
    assert.equal(completion.code, 2);
    assert.match(completion.stderr, /only --task alignment goes without one/);
  });

  it('grows links in a training, and judges them', async () => {
    const { code, stdout, stderr } = await cli('pretrain', '--grow-links', '--threads', '1');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^withheld from training \(heldOut.links\): \d+ links$/m);
    assert.match(stderr, /^round 1 of 2 adds \d+ links by structure$/m);
    assert.match(stderr, /^round 2 of 2 adds \d+ links by structure, \d+ by vectors$/m);
    const [, links, judged] =
      /^(\d+) links added; of (\d+) that withheld links can judge [\d.]+% are right$/m.exec(stdout) ??
      assert.fail(stdout);
    assert.ok(Number(links) > 5 && Number(judged) > 0);
    const [run] = await json<{ id: string }[]>('runs');
    const file = path.join(folder, 'runs', run.id, 'links.tsv');
    assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, Number(links));
  });

  it('is evaluated for a teacher and for a student of it', async () => {
    await json('pretrain', '--threads', '1');
    const teacher = await json<Pairs>('evaluate', '--task', 'alignment');
    assert.deepEqual(
      teacher.pairs.map(({ left, right }) => [left, right]),
      [['a', 'b']],
    );
    assert.ok(teacher.pairs[0].count > 0);
    assert.equal(teacher.pairs[0].csls.both.count, 2 * teacher.pairs[0].count);
    const { folder: run } = await json<{ folder: string }>('retrain', 'a', '--threads', '1');
    assert.ok(existsSync(path.join(run, 'withheld.tsv')));
    const student = await json<Pairs>('evaluate', 'a', '--task', 'alignment');
    assert.equal(student.pairs.length, 1);
    assert.equal(student.pairs[0].count, teacher.pairs[0].count);
    const { stdout } = await cli('evaluate', 'a', '--task', 'alignment');
    assert.match(stdout, /^left +right +links +known +Hits@1 .*CSLS MRR\n.*\na +b +\d+/);
  });

  it('grows links for a student alone', async () => {
    const { code, stdout, stderr } = await cli(
      'retrain',
      'a',
      '--no-teacher',
      '--grow-links',
      '--threads',
      '1',
    );
    assert.equal(code, 0, stderr);
    const [, run] = /^student: (.+)$/m.exec(stdout) ?? assert.fail(stdout);
    const [, added] = /^adds (\d+) links by structure$/m.exec(stderr) ?? assert.fail(stderr);
    const links = readFileSync(path.join(run, 'links.tsv'), 'utf8');
    assert.equal(links.split('\n').length - 1, Number(added));
  });

  it('grows none where batches come by Cypher, or for what is no source, and says so before it reads', async () => {
    const config = JSON.parse(readFileSync(path.join(folder, 'kgmentor.json'), 'utf8')) as ConfigInput;
    writeFileSync(path.join(folder, 'fed.json'), JSON.stringify({ ...config, feed: 'cypher' }));
    for (const [args, says] of [
      [['a', '--config', 'fed.json'], /needs the other sources whole.*"feed": "memory"/s],
      [['c'], /no source "c"/],
    ] as const) {
      const { code, stderr } = await cli('retrain', ...args, '--no-teacher', '--grow-links');
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /entities|links by/);
    }
  });

  it('refuses settings of growing that make no sense', async () => {
    for (const [args, says] of [
      [['--rounds', '2'], /--rounds says how.*Add --grow-links/s],
      [['--precision', '0.8'], /--precision says how.*Add --grow-links/s],
      [['--grow-links', '--rounds', '0'], /--rounds 0/],
      [['--grow-links', '--precision', '1'], /--precision 1/],
    ] as const) {
      const { code, stderr } = await cli('pretrain', ...args);
      assert.equal(code, 2);
      assert.match(stderr, says);
    }
  });
});
