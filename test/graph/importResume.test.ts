import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { importEntities, importTriples } from '../../src/graph/import.js';
import type { ImportProgress } from '../../src/graph/importWrite.js';
import { inspect } from '../../src/graph/inspect.js';
import { removeEverything } from '../../src/graph/removal.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { useFiles } from './_files.js';

const EL = { label: 'El', key: 'id' };
/** Small chunks, as those of `_importChild.ts`, in few transactions. */
const SMALL = { chunk: 500, batch: 500 };
const held = useGraph();
const { file } = useFiles();
beforeEach(() => wipe(held.graph));

const line = (i: number) => `n${i}\tr${i % 3}\tn${(i * 7 + 1) % 5000}\n`;
const lines = (n: number) => Array.from({ length: n }, (_, i) => line(i)).join('');

const relationships = async () =>
  (await run<{ n: number }>(held.graph, 'MATCH (:El)-[r]->(:El) RETURN count(r) AS n'))[0].n;
const records = () =>
  run<{ file: string; rows: number; lines: number }>(
    held.graph,
    'MATCH (i:KgImport) RETURN i.file AS file, i.rows AS rows, i.lines AS lines',
  );

/** Kills an import as soon as it has told of so many rows. */
async function killedAfter(rows: number, at: string): Promise<void> {
  const script = fileURLToPath(new URL('./_importChild.js', import.meta.url));
  const child = spawn(process.execPath, [script, at], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (text.split('\n').some((told) => Number(told) >= rows)) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL', 'it was killed before its end');
}

describe('an import whose process was killed', () => {
  for (const [name, pack] of [
    ['plain.tsv', (text: string) => Buffer.from(text)],
    ['packed.tsv.gz', gzipSync],
  ] as const) {
    it(`goes on where it was when the same is imported again: ${name}`, async () => {
      const at = await file(name, pack(lines(3000)));
      await killedAfter(1200, at);
      const [{ rows, ...left }] = await records();
      assert.ok(rows >= 1000 && rows < 3000 && rows % 500 === 0, `${rows}`);
      assert.deepEqual(left, { file: name, lines: 3000 });
      const there = await relationships();
      assert.ok(there >= rows && there < 3000, `${there} of 3000`);
      const finding = (await inspect(held.graph)).find(({ what }) => what === `import of ${name}`);
      assert.match(finding?.found ?? '', new RegExp(`^${rows} of 3000 rows`));

      const told: ImportProgress[] = [];
      const input = { source: 'el', nodes: EL, file: at };
      const onProgress = (progress: ImportProgress) => void told.push(progress);
      const rest = await importTriples(held.graph, input, { ...SMALL, onProgress });
      assert.equal(rest.resumedAfter, rows);
      assert.equal(rest.relationshipsCreated, 3000 - there);
      assert.equal(rest.unchanged, there - rows, 'only what the kill tore is looked at again');
      assert.equal(rest.lines, 3000);
      assert.ok(told.every(({ stage, rows: done }) => stage !== 'check' && Number(done) >= rows));
      assert.equal(told.at(-1)?.rows, 3000);
      assert.equal(await relationships(), 3000);
      assert.deepEqual(await records(), []);

      const again = await importTriples(held.graph, input, SMALL);
      assert.deepEqual(
        [again.resumedAfter, again.nodesCreated, again.relationshipsCreated, again.unchanged],
        [0, 0, 0, 3000],
      );
    });
  }

  it('begins anew where the file, the way or the database is another one', async () => {
    const at = await file('a.tsv', lines(2000));
    const input = { source: 'el', nodes: EL, file: at };
    await killedAfter(1200, at);
    const other = await importTriples(
      held.graph,
      { ...input, file: await file('b.tsv', lines(2001)) },
      SMALL,
    );
    assert.equal(other.resumedAfter, 0);
    const elsewhere = await importTriples(held.graph, { ...input, nodes: { label: 'Le', key: 'id' } }, SMALL);
    assert.deepEqual([elsewhere.resumedAfter, elsewhere.relationshipsCreated], [0, 2000]);
    assert.equal((await records()).length, 1, 'the killed one can still go on');
    await wipe(held.graph);
    const anew = await importTriples(held.graph, input, SMALL);
    assert.deepEqual([anew.resumedAfter, anew.relationshipsCreated], [0, 2000]);
  });

  it('leaves a record that goes with all else that is removed', async () => {
    const at = await file('a.tsv', lines(3000));
    await killedAfter(1200, at);
    assert.equal((await records()).length, 1);
    await removeEverything(held.graph);
    assert.deepEqual(await records(), []);
  });
});

describe('an import of several chunks', () => {
  it('has written nothing where a late chunk is malformed', async () => {
    const at = await file('bad.tsv', `${lines(1700)}a\tb\n`);
    await assert.rejects(importTriples(held.graph, { source: 'el', nodes: EL, file: at }, SMALL), {
      code: 'BAD_DATA',
      message: /bad\.tsv:1701: 2 columns/,
    });
    assert.deepEqual(await run(held.graph, 'MATCH (n) RETURN count(n) AS n'), [{ n: 0 }]);
  });

  it('tells rows, rate and remaining time, which only fall to nothing at the end', async () => {
    const at = await file('a.tsv', lines(9000));
    const told: ImportProgress[] = [];
    const onProgress = (progress: ImportProgress) => void told.push(progress);
    await importTriples(
      held.graph,
      { source: 'el', nodes: EL, file: at },
      { chunk: 2000, batch: 500, onProgress },
    );
    const checked = told.filter(({ stage }) => stage === 'check').map(({ rows }) => rows);
    assert.deepEqual(checked, [2000, 4000, 6000, 8000, 9000]);
    const written = told.filter(({ stage }) => stage !== 'check');
    assert.ok(written.every(({ of }) => of === 9000));
    for (const [i, { rows = 0 }] of written.entries())
      assert.ok(i === 0 || rows >= (written[i - 1].rows ?? 0), `${rows} rows at ${i}`);
    const { rows, rowsPerSecond = 0, etaSeconds } = written.at(-1) as ImportProgress;
    assert.equal(rows, 9000);
    assert.ok(rowsPerSecond > 0);
    assert.equal(etaSeconds, 0);
    assert.ok(written.some((one) => one.etaSeconds !== undefined && one.etaSeconds > 0));
    assert.ok(written.every((one) => (one.rows ?? 0) >= 1000 || one.etaSeconds === undefined));
  });

  it('takes nodes with their header once', async () => {
    const rows = Array.from({ length: 1200 }, (_, i) => `n${i},Name ${i}\n`).join('');
    const input = { source: 'el', nodes: EL, file: await file('n.csv', `id,name\n${rows}`), header: true };
    const { nodesCreated, lines: read } = await importEntities(held.graph, input, SMALL);
    assert.deepEqual([nodesCreated, read], [1200, 1200]);
    const { unchanged, changed } = await importEntities(held.graph, input, SMALL);
    assert.deepEqual([unchanged, changed], [1200, 0]);
  });
});
