import './_here.js';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConfigInput } from '../src/config.js';
import { parseConfig } from '../src/settings.js';
import { kgmentor } from './_cli.js';
import { useGraph } from './_neo4j.js';

const N = 30;
let folder: string;

const config: ConfigInput = {
  sources: {
    films: { nodes: [{ label: 'Film', key: 'id' }] },
    books: { nodes: [{ label: 'Book', key: 'id' }] },
  },
  alignments: [{ relationship: 'SAME_AS' }],
  heldOut: { valid: 0.2, test: 0.2 },
  teacher: { dim: 8, epochs: 2, batch: 16 },
  student: { dim: 8, epochs: 2, batch: 16 },
  search: {
    trials: 3,
    space: {
      'teacher.n3': { log: [0.001, 0.1] },
      'student.n3': { log: [0.001, 0.1] },
      'student.distillation.feature': [0, 0.5],
      'student.hops': [0, 1],
    },
  },
};
const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
const cli = (...args: string[]) => kgmentor([...args, '--threads', '1'], { cwd: folder });

describe('kgmentor search', () => {
  useGraph();
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-search-'));
    write('kgmentor.json', JSON.stringify(config));
    const ring = (prefix: string) =>
      Array.from({ length: 3 * N }, (_, i) => {
        const r = Math.floor(i / N);
        return `${prefix}${i % N}\tr${r}\t${prefix}${(i + r + 1) % N}\n`;
      }).join('');
    write('films.tsv', ring('f'));
    write('books.tsv', ring('b'));
    write('links.tsv', Array.from({ length: N }, (_, i) => `f${i}\tb${i}\n`).join(''));
    for (const args of [
      ['films', '--triples', 'films.tsv'],
      ['books', '--triples', 'books.tsv'],
      ['--links', 'links.tsv', '--between', 'films,books'],
    ]) {
      const { code, stderr } = await kgmentor(['import', ...args], { cwd: folder });
      assert.equal(code, 0, stderr);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('settings of a teacher and of a student are searched and printed to paste; a second search trains nothing', async () => {
    const teachers = await cli('search');
    assert.equal(teachers.code, 0, teachers.stderr);
    assert.match(teachers.stdout, /^trial +n3 +validation MRR/m);
    assert.equal((await cli('pretrain')).code, 0);
    const students = await cli('search', 'books');
    assert.equal(students.code, 0, students.stderr);
    assert.match(students.stdout, /^trial +distillation\.feature +hops +n3 +validation MRR/m);
    assert.match(students.stderr, /^trial 3 \(3 of 3\), validation MRR \d/m);
    const pasted = JSON.parse(students.stdout.slice(students.stdout.indexOf('{')));
    parseConfig({ ...config, student: { ...config.student, ...pasted.student } }, 'what was pasted');

    const again = await cli('search', 'books', '--json');
    assert.doesNotMatch(again.stderr, /^trial /m);
    const { folder: kept, trials, best } = JSON.parse(again.stdout);
    assert.equal(trials.length, 3);
    assert.deepEqual(pasted.student.n3, best.choice.n3);
    const lines = readFileSync(path.join(kept, 'trials.jsonl'), 'utf8').trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      trials,
    );
  });

  it('a setting that there is not is told with the nearest', async () => {
    write('wrong.json', JSON.stringify({ ...config, search: { space: { 'student.n4': [1] } } }));
    const { code, stderr } = await cli('search', 'books', '--no-teacher', '--config', 'wrong.json');
    assert.equal(code, 2);
    assert.match(stderr, /search\.space.*"student\.n4".*\nDid you mean "student\.n3"\?/);
  });
});
