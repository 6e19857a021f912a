import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listRuns, recordRun } from '../../src/graph/runs.js';
import { useGraph } from '../_neo4j.js';

const held = useGraph();

describe('records of runs', () => {
  it('come newest first, of one source or of all, and are replaced by their id', async () => {
    const record = {
      command: 'retrain',
      status: 'done',
      startedAt: '2026-01-01T00:00:00Z',
      seconds: 1.5,
    } as const;
    await recordRun(held.graph, { ...record, id: 'a', source: 'films', metrics: { mrr: 0.25 } });
    await recordRun(held.graph, { ...record, id: 'b', source: 'towns' });
    await recordRun(held.graph, { ...record, id: 'a', source: 'films', metrics: { mrr: 0.5 } });
    assert.deepEqual(
      (await listRuns(held.graph)).map(({ id }) => id),
      ['a', 'b'],
    );
    const [{ recordedAt, ...one }, ...more] = await listRuns(held.graph, { source: 'films' });
    assert.deepEqual([one, more], [{ ...record, id: 'a', source: 'films', metrics: { mrr: 0.5 } }, []]);
    assert.ok(Math.abs(Date.now() - Date.parse(recordedAt)) < 60_000);
  });
});
