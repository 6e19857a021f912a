import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from '../../src/graph/connect.js';
import { acquireLease } from '../../src/graph/lease.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { removeEverything } from '../../src/graph/removal.js';
import { recordRun } from '../../src/graph/runs.js';
import { run, serverUri, wipe } from '../_neo4j.js';
import { faultyProxy } from '../_proxy.js';
import { testModel } from '../_publication.js';
import { fill, films, NOW, useFilms } from './_publishedFilms.js';

const { held, pointers, everything } = useFilms();

describe('removal', () => {
  it('leaves the graph exactly as it was before', async () => {
    await wipe(held.graph);
    await fill(held.graph);
    await run(held.graph, 'CREATE CONSTRAINT mine FOR (p:Person) REQUIRE p.id IS UNIQUE');
    await run(
      held.graph,
      `CREATE VECTOR INDEX kgEmbedding_of_mine FOR (p:Person) ON (p.own)
       OPTIONS {indexConfig: {\`vector.dimensions\`: 2, \`vector.similarity_function\`: 'cosine'}}`,
    );
    await run(held.graph, 'MATCH (p:Person {id: 2}) SET p.own = [1.0, 2.0]');
    const before = await everything();
    await migrate(held.graph);
    await publish(held.graph, films('m1', { relations: ['A', 'B', 'C'] }), NOW);
    await publish(held.graph, films('m2'), NOW);
    await recordRun(held.graph, {
      id: 'r1',
      command: 'retrain',
      source: 'films',
      status: 'done',
      startedAt: '2026-01-01T00:00:00Z',
      seconds: 1,
    });
    // A node that lost its label keeps no vector either.
    await run(held.graph, 'MATCH (f:Film {title: "Alien"}) REMOVE f:Film SET f:Movie');
    const told = await removeEverything(held.graph, { dryRun: true });
    assert.deepEqual([told.sources, told.indexes.length, told.nodes], [['films'], 4, 15]);
    assert.deepEqual(await removeEverything(held.graph), told);
    await run(held.graph, 'MATCH (f:Movie) REMOVE f:Movie SET f:Film');
    assert.deepEqual(await everything(), before);
  });

  it('of one source leaves the others as they are', async () => {
    await run(held.graph, 'UNWIND range(1, 3) AS id CREATE (:Town {id: id})');
    const towns = testModel({
      id: 't1',
      source: 'towns',
      nodes: [{ label: 'Town', key: 'id' }],
      keys: { Town: [[1], [2], [3]] },
    });
    await publish(held.graph, towns, NOW);
    const before = (await everything()) as Record<string, unknown>;
    await publish(held.graph, films('m1', { relations: ['A', 'B', 'C'] }), NOW);
    await removeEverything(held.graph, { source: 'films' });
    assert.deepEqual(await everything(), before);
    await assert.rejects(removeEverything(held.graph, { source: 'films' }), {
      code: 'NO_DATA',
      message: /towns/,
    });
  });

  it('takes no vector away that another one published after its lease had run out', async () => {
    await publish(held.graph, films('m1'), NOW);
    const proxy = await faultyProxy(serverUri());
    const { NEO4J_USERNAME: username, NEO4J_PASSWORD: password, NEO4J_DATABASE: database } = process.env;
    const slow = await connect({ uri: proxy.uri, username, password, database });
    try {
      let meanwhile: Promise<unknown> | undefined;
      proxy.onRequest('DROP INDEX', () => {
        const release = proxy.hold();
        meanwhile = run(
          held.graph,
          "MATCH (l:KgLease) SET l.expires = datetime.realtime() - duration('PT1S')",
        )
          .then(() => publish(held.graph, films('m2'), NOW))
          .finally(release);
        return meanwhile;
      });
      await assert.rejects(removeEverything(slow), { code: 'GATE', message: /ran out/ });
      await meanwhile;
      const left = await run<{ n: number }>(
        held.graph,
        'MATCH (p:KgPublication) MATCH (n) WHERE p.label IN labels(n) AND n[p.property] IS NOT NULL RETURN count(DISTINCT n) AS n',
      );
      assert.deepEqual(left, [{ n: 15 }]);
    } finally {
      await slow.close();
      proxy.close();
    }
  });

  it('is refused while a publisher is at work', async () => {
    await publish(held.graph, films('m1'), NOW);
    const lease = await acquireLease(held.graph, 'publish:films', { holder: 'elsewhere 7' });
    await assert.rejects(removeEverything(held.graph), { code: 'GATE', message: /elsewhere 7/ });
    assert.equal((await pointers()).length, 2);
    await lease.release();
  });
});
