import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run, useGraph, wipe } from './_neo4j.js';

const script = fileURLToPath(new URL('run.js', import.meta.url));
const { NODE_TEST_CONTEXT: _, ...env } = process.env;
const runner = (...parts: string[]) => {
  const { status, stdout } = spawnSync(process.execPath, [script, ...parts], { env, encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
};

const held = useGraph();

describe('the test runner', () => {
  after(() => wipe(held.graph));

  it('runs the files of a name and counts their tests in its last line', () => {
    const { status, lines } = runner('kg/split');
    assert.equal(status, 0);
    assert.match(lines.at(-1) ?? '', /^[1-9]\d* passed, 0 failed$/);
  });

  it('fails where no file has the name', () => {
    const { status, lines } = runner('no such file');
    assert.equal(status, 1);
    assert.equal(lines.at(-1), '0 passed, 0 failed');
  });

  it('empties no database that holds something', async () => {
    await run(held.graph, 'CREATE (:Precious {id: 1})-[:IS_MINE]->(:Precious {id: 2})');
    const { status, lines } = runner('kg/split');
    assert.equal(status, 2);
    assert.match(lines[0], /holds 2 nodes/);
    assert.equal(lines.at(-1), '0 passed, 1 failed');
    assert.deepEqual(await run(held.graph, 'MATCH (n:Precious) RETURN count(n) AS n'), [{ n: 2 }]);
  });
});
