import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkEarlier, earlierStudent, withFrozen } from '../../src/commands/earlier.js';
import { studentSchema } from '../../src/config.js';
import { type RunRecord, writeRecord } from '../../src/train/folder.js';
import { run, useGraph } from '../_neo4j.js';

const held = useGraph();

describe('the student that a retraining goes on from', () => {
  let runs: string;
  const student = (id: string, day: number, change: Partial<RunRecord> = {}) => {
    const folder = path.join(runs, id);
    mkdirSync(folder);
    writeRecord(folder, {
      ...{
        id,
        kind: 'student',
        createdAt: `2024-05-0${day}T00:00:00.000Z`,
        status: 'done',
        sources: ['films'],
      },
      ...{ target: 'films', settings: {}, dataDigest: 'd', counts: {} },
      ...change,
    });
    return folder;
  };
  const earlier = (flags: object) => earlierStudent('films', { runs }, { ...flags }, held.graph);
  before(() => {
    runs = mkdtempSync(path.join(os.tmpdir(), 'kgmentor-earlier-'));
  });
  after(() => rmSync(runs, { recursive: true, force: true }));

  it('is none unless asked for', async () => {
    assert.equal(await earlier({}), undefined);
    await assert.rejects(earlier({ incremental: true }), { code: 'NO_DATA' });
  });

  it('is the newest finished one of the target, the published one where its run is here, or the named one', async () => {
    const first = student('films-1', 1);
    const second = student('films-2', 2);
    const books = student('books-1', 3, { target: 'books' });
    student('films-3', 4, { status: 'interrupted' });
    assert.equal(await earlier({ incremental: true }), second);
    const publish = (model: string) =>
      run(
        held.graph,
        `MERGE (p:KgPublication {source: 'films', label: 'Film'})
         SET p.model = $model, p.property = 'kgEmbeddingA', p.index = 'i', p.count = 1, p.since = datetime.realtime()`,
        { model },
      );
    await publish('films-1');
    assert.equal(await earlier({ incremental: true }), first);
    await publish('made-elsewhere');
    assert.equal(await earlier({ incremental: true }), second);
    assert.equal(await earlier({ from: 'films-1' }), first);
    await assert.rejects(earlier({ from: path.basename(books) }), {
      code: 'USAGE',
      message: /is a student of books, not of films/,
    });
    await assert.rejects(earlier({ from: 'films-3' }), { code: 'USAGE' });
  });

  it('is named by flags that go together', () => {
    for (const flags of [
      { incremental: true, from: 'films-1' },
      { from: 'films-1', targets: 'films,books' },
      { frozen: 'Film' },
    ])
      assert.throws(() => checkEarlier(flags), { code: 'USAGE' }, JSON.stringify(flags));
    for (const flags of [
      {},
      { incremental: true, targets: 'films,books', frozen: 'Film' },
      { from: 'films-1' },
    ])
      checkEarlier(flags);
  });

  it('keeps the vectors of the labels of --frozen beside those of the configuration', () => {
    const settings = studentSchema.parse({ incremental: { frozen: ['Film'] } });
    assert.deepEqual(withFrozen(settings, {}), settings);
    assert.deepEqual(withFrozen(settings, { frozen: 'Book, Film' }).incremental.frozen, ['Film', 'Book']);
  });
});
