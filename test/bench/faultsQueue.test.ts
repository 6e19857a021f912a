import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { queue } from '../../bench/faults/queue.js';
import { useGraph } from '../_neo4j.js';

useGraph();

describe('a queue whose workers and Redis server are killed', () => {
  it('has each result published exactly once', { timeout: 280_000 }, async () => {
    const rows = await queue.run({ full: false, log: (line) => console.error(line) });
    assert.deepEqual(rows, [
      { kind: 'kill -9 of a worker', injected: 4, lost: 0, doubled: 0, mixed: 0, leftOver: 0 },
      { kind: 'kill -9 of Redis', injected: 1, lost: 0, doubled: 0, mixed: 0, leftOver: 0 },
    ]);
  });
});
