import './_here.js';
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kgmentor } from './_cli.js';
import { useGraph } from './_neo4j.js';
import { importRings, RING, ringConfig, writeRings } from './_rings.js';
import { FIXTURES, fixtures } from './train/importTeacher/_fixtures.js';

describe('a teacher trained elsewhere', () => {
  const held = useGraph();
  let folder: string;
  const cli = (line: string) => kgmentor(line.split(' '), { cwd: folder });
  /** The one object that a command prints with --json. */
  async function json<T>(line: string): Promise<T> {
    const { code, stdout, stderr } = await cli(`${line} --json`);
    assert.equal(code, 0, `${line}\n${stderr}`);
    return JSON.parse(stdout) as T;
  }
  const runs = () => (existsSync(path.join(folder, 'runs')) ? readdirSync(path.join(folder, 'runs')) : []);
  const pykeen =
    'import-teacher --scoring complex --from pykeen --entities pykeen/complex/tables.safetensors';
  const named = `${pykeen} --entity-names pykeen/complex/entity_to_id.tsv.gz --relation-names pykeen/complex/relation_to_id.tsv.gz`;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-elsewhere-'));
    writeRings(folder);
    writeFileSync(path.join(folder, 'kgmentor.json'), JSON.stringify(ringConfig));
    cpSync(FIXTURES, folder, { recursive: true });
    rmSync(path.join(folder, 'joint.tsv'));
    await importRings(held.graph, folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('gets the joint graph without held-out facts: what the fixtures were trained on', async () => {
    const counts = { triples: 80, entities: RING, relations: 3 };
    const file = path.join(folder, 'joint.tsv');
    assert.deepEqual(await json('export --joint-triples joint.tsv --dry-run'), {
      file: 'joint.tsv',
      ...counts,
    });
    assert.ok(!existsSync(file));
    assert.deepEqual(await json('export --joint-triples joint.tsv'), { file: 'joint.tsv', ...counts });
    assert.equal(readFileSync(file, 'utf8'), readFileSync(path.join(FIXTURES, 'joint.tsv'), 'utf8'));
    const nothing = await cli('export');
    assert.equal(nothing.code, 2);
    assert.match(nothing.stderr, /Nothing to export was named/);
  });

  it('is checked in a dry run, and refused without a trace where it does not fit', async () => {
    const report = await json<{ rows: number; reciprocals: string }>(`${named} --dry-run`);
    assert.deepEqual([report.rows, report.reciprocals], [RING, 'trained']);
    for (const [line, code, part] of [
      ['import-teacher --entities x.npy', 2, /--scoring NAME is missing/],
      ['import-teacher --scoring complex', 2, /--entities FILE is missing/],
      ['import-teacher --scoring simple --entities x.npy', 2, /--scoring simple: one of complex, distmult/],
      ['import-teacher --scoring complex --from other --entities x.npy', 2, /--from other: one of pykeen/],
      ['import-teacher --scoring complex --entities x.tsv', 2, /x\.tsv holds one table.+\n.+--relations/],
      [pykeen, 2, /The entity table has no names/],
      [named.replace('complex ', 'transe '), 7, /8 complex numbers, real ones expected for transe/],
      [named.replace('tables', 'none'), 7, /none\.safetensors cannot be opened/],
      [`${named} --source books`, 7, /None of the teacher's 30 entities/],
    ] as const) {
      const { code: found, stdout, stderr } = await cli(line);
      assert.equal(found, code, `${line}\n${stderr}`);
      assert.match(stderr, part);
      assert.doesNotMatch(stderr, /\n {4}at /);
      assert.equal(stdout, '');
    }
    assert.deepEqual(runs(), []);
  });

  /** The id of each fixture's run. */
  const ids: string[] = [];
  it('comes in from each engine as a finished teacher', async () => {
    for (const { engine, scoring, files } of fixtures) {
      const flag = (name: string) => `--${name.replace(/[A-Z]/, (c) => `-${c.toLowerCase()}`)}`;
      const given = Object.entries(files).map(([name, file]) => `${flag(name)} ${file}`);
      const line = `import-teacher --scoring ${scoring} --from ${engine} ${given.join(' ')}`;
      const { id, sources } = await json<{ id: string; sources: object[] }>(line);
      assert.match(id, /^imported-/);
      assert.deepEqual(sources, [
        { source: 'films', entities: RING, known: RING },
        { source: 'books', entities: RING, known: 0 },
      ]);
      ids.push(id);
    }
    const found = await json<{ kind: string; status: string; settings: { encoder: string } }[]>('runs');
    assert.deepEqual(
      found.map(({ kind, status, settings }) => [kind, status, settings.encoder]),
      fixtures.map(({ scoring }) => ['teacher', 'done', scoring]),
    );
  });

  it('teaches a student, also of the source that it reaches through links only, and answers for itself', async () => {
    for (const [i, { engine, scoring }] of fixtures.entries())
      for (const target of engine !== 'pykeen'
        ? []
        : scoring === 'complex'
          ? ['films', 'books']
          : ['films']) {
        const student = await json<{ folder: string }>(`retrain ${target} --teacher ${ids[i]} --threads 1`);
        const record = JSON.parse(readFileSync(path.join(student.folder, 'run.json'), 'utf8'));
        assert.deepEqual([record.teacher.id, record.counts.linked], [ids[i], RING]);
        const { metrics } = await json<{ metrics: { tv: { all: { mrr: number } } } }>(
          `evaluate ${target} --by teacher --filter tv`,
        );
        assert.ok(metrics.tv.all.mrr > 0.6, `${scoring}, ${target}: ${metrics.tv.all.mrr}`);
      }
  });
});
