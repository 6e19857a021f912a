import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KgmentorEvent } from '../../src/events.js';
import { acquireLease } from '../../src/graph/lease.js';
import { publish } from '../../src/graph/publish.js';
import { publishedSince } from '../../src/graph/publishedRuns.js';
import { run } from '../_neo4j.js';
import { changed, films, NOW, useFilms } from './_publishedFilms.js';

const { held, pointers, indexes } = useFilms();

describe('publishing beside others', () => {
  it('is refused while another publisher is at work', async () => {
    const lease = await acquireLease(held.graph, 'publish:films', { holder: 'elsewhere 7' });
    await assert.rejects(publish(held.graph, films('m1'), NOW), { code: 'GATE', message: /elsewhere 7/ });
    await lease.release();
    await publish(held.graph, films('m1'), NOW);
  });

  it('lets one of two that begin at once through, or both one after the other', async () => {
    const both = await Promise.allSettled([
      publish(held.graph, films('m1'), NOW),
      publish(held.graph, films('m2'), NOW),
    ]);
    const done = both.filter(({ status }) => status === 'fulfilled').length;
    assert.ok(done >= 1);
    for (const one of both) if (one.status === 'rejected') assert.equal(one.reason.code, 'GATE');
    const models = new Set((await pointers()).map(({ model }) => model));
    assert.equal(models.size, 1);
  });

  it('does not switch readers when the lease went to another in the middle', async () => {
    await publish(held.graph, films('m1'), NOW);
    const before = await pointers();
    // A foreign lock on one node stops the publisher between its first and its last batch.
    const session = held.graph.driver.session({ database: held.graph.database });
    const tx = await session.beginTransaction();
    await tx.run('MATCH (p:Person {id: 7}) SET p.busy = true');
    const stopped = assert.rejects(publish(held.graph, films('m2'), NOW), {
      code: 'GATE',
      message: /ran out/,
    });
    for (let seen = 0; seen === 0; await sleep(50)) {
      const [{ token }] = await run<{ token: number }>(
        held.graph,
        "MATCH (l:KgLease {name: 'publish:films'}) RETURN CASE WHEN l.expires IS NULL THEN 0 ELSE l.token END AS token",
      );
      seen = token;
    }
    await sleep(500);
    await run(
      held.graph,
      "MATCH (l:KgLease {name: 'publish:films'}) SET l.expires = datetime.realtime() - duration('PT1S')",
    );
    const next = await acquireLease(held.graph, 'publish:films');
    await tx.rollback();
    await session.close();
    await stopped;
    assert.deepEqual(
      (await pointers()).map(({ model, index }) => [model, index]),
      before.map(({ model, index }) => [model, index]),
    );
    assert.deepEqual(await run(held.graph, "MATCH (m:KgModel {id: 'm2'}) RETURN m"), []);
    await next.release();
    await publish(held.graph, films('m3'), NOW);
    assert.ok((await pointers()).every(({ model }) => model === 'm3'));
  });

  it('ends where a stop is asked for, and readers and the lease are as before', async () => {
    await publish(held.graph, films('m1'), NOW);
    const before = await pointers();
    for (const stage of ['vectors', 'index']) {
      const stop = new AbortController();
      const onProgress = (progress: { stage: string }) => progress.stage === stage && stop.abort();
      await assert.rejects(publish(held.graph, films('m2'), { ...NOW, signal: stop.signal, onProgress }), {
        code: 'INTERRUPTED',
        message: /before all was written/,
      });
      assert.deepEqual(await pointers(), before);
    }
    const start = Date.now();
    const signal = AbortSignal.timeout(300);
    const told: KgmentorEvent[] = [];
    const patient = { graceSeconds: 60, signal, onEvent: (event: KgmentorEvent) => void told.push(event) };
    await assert.rejects(publish(held.graph, films('m2'), patient), { code: 'INTERRUPTED' });
    const [wait, ...others] = told;
    assert.ok(wait.type === 'waiting' && wait.source === 'films' && wait.seconds > 0 && wait.seconds <= 60);
    assert.deepEqual(others, []);
    assert.ok(Date.now() - start < 20_000, 'the time that readers have is not waited for');
    await publish(held.graph, films('m2'), NOW);
    assert.deepEqual(
      (await pointers()).map(({ model }) => model),
      ['m2', 'm2'],
    );
  });

  it('publishes a model once where that is asked, however many try and whatever readers use since', async () => {
    const once = { ...NOW, once: true, waitSeconds: 60 };
    const both = await Promise.allSettled([1, 2].map(() => publish(held.graph, films('m1'), once)));
    const [refused, ...more] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    assert.deepEqual(more, []);
    assert.match(refused.message, /^The run m1 was published before/);
    const since = await publishedSince(held.graph, 'm1');
    assert.match(since ?? '', /^20\d\d-/);
    await publish(held.graph, films('m2'), NOW);
    assert.equal(await publishedSince(held.graph, 'm2'), undefined);
    // Other vectors of the same run, as another try at it makes them.
    await assert.rejects(
      publish(
        held.graph,
        changed(films('m1'), (vectors) => vectors.reverse()),
        once,
      ),
      {
        code: 'GATE',
      },
    );
    assert.deepEqual(new Set((await pointers()).map(({ model }) => model)), new Set(['m2']));
    assert.equal(await publishedSince(held.graph, 'm1'), since);
  });

  it('takes up where a publisher died: half a slot filled, an index without pointer', async () => {
    await publish(held.graph, films('m1'), NOW);
    await run(held.graph, 'MATCH (p:Person) WHERE p.id < 5 SET p.kgEmbeddingB = [1.0, 2.0, 3.0]');
    await run(
      held.graph,
      `CREATE VECTOR INDEX kgEmbeddingB__films__Person__1 FOR (p:Person) ON (p.kgEmbeddingB)
       OPTIONS {indexConfig: {\`vector.dimensions\`: 3, \`vector.similarity_function\`: 'cosine'}}`,
    );
    const { labels } = await publish(held.graph, films('m2'), NOW);
    assert.deepEqual(
      labels.map(({ indexed }) => indexed),
      [12, 4],
    );
    assert.ok((await indexes()).every(({ name }) => name !== 'kgEmbeddingB__films__Person__1'));
  });
});
