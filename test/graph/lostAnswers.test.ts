import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hasWayBack, SOURCE, seen, version, writeNodes } from '../../bench/faults/versions.js';
import { connect, type Graph } from '../../src/graph/connect.js';
import { inspect } from '../../src/graph/inspect.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { rollback } from '../../src/graph/rollback.js';
import { run, serverUri, useGraph } from '../_neo4j.js';
import { type FaultyProxy, faultyProxy } from '../_proxy.js';

const EACH = 20;
const held = useGraph();
let proxy: FaultyProxy;
let graph: Graph;
let cuts = 0;

/** The server commits the transaction with this text, the connection breaks before it says so, and all is as it should. */
async function losing<T>(text: string, work: () => Promise<T>): Promise<T> {
  proxy.loseCommitOf(text);
  const result = await work();
  assert.equal(proxy.cuts, ++cuts, text);
  return result;
}

before(async () => {
  proxy = await faultyProxy(serverUri());
  const { NEO4J_USERNAME: username, NEO4J_PASSWORD: password, NEO4J_DATABASE: database } = process.env;
  graph = await connect({ uri: proxy.uri, username, password, database });
});
after(async () => {
  await graph.close();
  proxy.close();
});

describe('where the answer to a commit is lost', () => {
  it('a migration is applied and recorded once, and its lock is given back', async () => {
    const { applied } = await losing('MERGE (l:__Neo4jMigrationsLock', () => migrate(graph));
    assert.equal(applied.length, 1);
    await run(held.graph, 'MATCH (m:__Neo4jMigration) DETACH DELETE m');
    await losing('CREATE (end)-[:MIGRATED_TO', () => migrate(graph));
    assert.deepEqual(await run(held.graph, 'MATCH (m:__Neo4jMigration) RETURN m.version AS v ORDER BY v'), [
      { v: '0001' },
      { v: 'BASELINE' },
    ]);
    assert.deepEqual(await run(held.graph, 'MATCH (l:__Neo4jMigrationsLock) RETURN l'), []);
  });

  it('a publication goes on, with the way back to the one before', async () => {
    await writeNodes(held.graph, EACH);
    const versions = ['v0', 'v1', 'v2', 'v3', 'v4'].map((id) => version(id, EACH));
    await publish(graph, versions[0]);
    const steps = ['MERGE (l:KgLease', 'setNodeVectorProperty', 'CREATE VECTOR INDEX', 'SET p.previousModel'];
    for (const [i, text] of steps.entries()) {
      const next = versions[i + 1];
      await losing(text, () => publish(graph, next, { graceSeconds: 0 }));
      assert.deepEqual(await seen(held.graph, versions), { model: next.model.id, lost: false, mixed: false });
      assert.ok(await hasWayBack(held.graph), text);
    }
    assert.ok((await inspect(held.graph)).every(({ ok }) => ok));
  });

  it('a rollback goes back once', async () => {
    const { labels } = await losing('index IN $from', () => rollback(graph, { source: SOURCE }));
    assert.deepEqual(
      labels.map(({ model }) => model),
      ['v3', 'v3'],
    );
    assert.equal((await seen(held.graph, [version('v3', EACH)])).model, 'v3');
    assert.ok(await hasWayBack(held.graph));
  });
});
