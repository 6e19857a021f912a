import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Scenario } from '../../bench/faults/scenario.js';
import { useGraph } from '../_neo4j.js';

/** The short version of a fault test; in full it is run by `npm run faults -- --full`. */
export function survives({ name, run }: Scenario): void {
  useGraph(); // an empty database before and a closed connection after
  it(`nothing is lost, doubled, mixed or left over: ${name}`, async () => {
    const told: string[] = [];
    const rows = await run({ full: false, log: (line) => void told.push(line) });
    assert.ok(rows.length > 0);
    for (const { kind, injected, ...harm } of rows) {
      assert.ok(injected > 0, kind);
      assert.deepEqual(harm, { lost: 0, doubled: 0, mixed: 0, leftOver: 0 }, `${kind}\n${told.join('\n')}`);
    }
  });
}
