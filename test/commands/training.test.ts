import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { metricLines, narrateReport, trainedLine } from '../../src/commands/training.js';
import type { ReadReport } from '../../src/graph/dataset.js';
import { writeRecord } from '../../src/train/folder.js';
import type { TrainResult } from '../../src/train/messages.js';

describe('what a training tells', () => {
  it('warns of an alignment without links, unless all of them lead elsewhere', () => {
    const told: string[] = [];
    const out = {
      say: (line: string) => void told.push(line),
      warn: (line: string) => void told.push(`! ${line}`),
    };
    const report: ReadReport = {
      sources: [],
      allSources: false,
      links: [
        { alignment: 'a', links: 0, outside: 0, unset: ['s.A.x', 't.B.y'] },
        { alignment: 'b', links: 0, outside: 3 },
        { alignment: 'c', links: 5, outside: 3 },
        { alignment: 'd', links: 5, outside: 0, unset: ['s.A.x'] },
      ],
      withheld: 0,
      values: [],
      cross: [],
      excludedInVain: [],
      duplicates: 0,
    };
    narrateReport(report, out);
    assert.deepEqual(told, [
      '! links by a: none; no node has a number, a boolean or a text that is not empty as s.A.x, nor t.B.y',
      'links by b: none, 3 more not between two sources',
      'links by c: 5, 3 more not between two sources',
      '! links by d: 5; no node has a number, a boolean or a text that is not empty as s.A.x',
    ]);
    narrateReport({ ...report, allSources: true, links: report.links.slice(1, 2) }, out);
    assert.equal(told.at(-1), '! links by b: none, 3 more not between two sources');
  });

  it('says why a training ended before its last epoch', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kgmentor-told-'));
    writeRecord(folder, {
      ...{ id: 'teacher-1', kind: 'teacher', status: 'done', createdAt: '2026-01-01T00:00:00Z' },
      ...{ sources: ['films'], dataDigest: '', counts: {} },
      settings: { epochs: 20, patience: 3 },
    });
    const result = { epochs: 20, trainSeconds: 7.4, peakMb: 500, best: 0.25, bestEpoch: 14 } as TrainResult;
    assert.equal(
      trainedLine({ folder, result }),
      '20 epochs in 7.4 s, 500 MB at most, validation MRR 25.00 at epoch 14',
    );
    assert.match(
      trainedLine({ folder, result: { ...result, epochs: 17 } }),
      /^17 epochs of 20, as 3 validations were no better \(patience\) in 7\.4 s/,
    );
    rmSync(folder, { recursive: true });
  });

  it('shows no figures where no question was asked', () => {
    const some = { count: 4, mrr: 0.5, hits1: 0.25, hits3: 0.5, hits10: 1, meanRank: 2 };
    const none = { count: 0, mrr: 0, hits1: 0, hits3: 0, hits10: 0, meanRank: 0 };
    assert.deepEqual(metricLines({ tv: { all: some, copied: some, notCopied: none } }), [
      'filter  facts       queries    MRR  Hits@1  Hits@3  Hits@10',
      '──────  ──────────  ───────  ─────  ──────  ──────  ───────',
      'tv      all               4  50.00   25.00   50.00   100.00',
      'tv      copied            4  50.00   25.00   50.00   100.00',
      'tv      not copied        0      –       –       –        –',
    ]);
  });
});
