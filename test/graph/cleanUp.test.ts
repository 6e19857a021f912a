import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { cleanUp } from '../../src/graph/cleanUp.js';
import { acquireLease } from '../../src/graph/lease.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { rollback } from '../../src/graph/rollback.js';
import { run, useGraph, wipe } from '../_neo4j.js';
import { testModel } from '../_publication.js';

const held = useGraph();
const NOW = { graceSeconds: 0 };
const KEYS = Array.from({ length: 9 }, (_, i) => [i]);

const model = (id: string, source = 'things', label = 'Thing') =>
  testModel({ id, source, nodes: [{ label, key: 'id' }], keys: { [label]: KEYS } });
const vectors = async (slot: string) =>
  (await run<{ n: number }>(held.graph, `MATCH (n) WHERE n.${slot} IS NOT NULL RETURN count(n) AS n`))[0].n;
const indexes = async () =>
  (await run<{ name: string }>(held.graph, 'SHOW VECTOR INDEXES YIELD name RETURN name ORDER BY name')).map(
    ({ name }) => name,
  );
/** A publication that ends as a killed one does: with all vectors and an index, and readers where they were. */
async function unfinished(id: string): Promise<void> {
  const stop = new AbortController();
  const onProgress = ({ stage }: { stage: string }) => stage === 'index' && stop.abort();
  await assert.rejects(publish(held.graph, model(id), { ...NOW, signal: stop.signal, onProgress }), {
    code: 'INTERRUPTED',
  });
}

describe('what killed publishers left', () => {
  beforeEach(async () => {
    await wipe(held.graph);
    await run(held.graph, 'UNWIND range(0, 8) AS id CREATE (:Thing {id: id}), (:Other {id: id})');
    await migrate(held.graph);
  });

  it('is removed, and what readers use is not', async () => {
    await publish(held.graph, model('m1'), NOW);
    await publish(held.graph, model('other', 'others', 'Other'), NOW);
    const live = await indexes();
    await unfinished('m2');
    const left = await indexes();
    assert.equal(left.length, live.length + 1);
    assert.equal(await vectors('kgEmbeddingB'), 9);
    const stray = left.filter((name) => !live.includes(name));

    const dry = await cleanUp(held.graph, { dryRun: true });
    assert.deepEqual(dry, { sources: ['others', 'things'], indexes: stray, vectors: 9, models: [] });
    assert.deepEqual(await indexes(), left);

    assert.deepEqual(await cleanUp(held.graph, { source: 'things' }), { ...dry, sources: ['things'] });
    assert.deepEqual(await indexes(), live);
    assert.equal(await vectors('kgEmbeddingA'), 18);
    assert.equal(await vectors('kgEmbeddingB'), 0);
    assert.deepEqual(await cleanUp(held.graph), {
      sources: ['others', 'things'],
      indexes: [],
      vectors: 0,
      models: [],
    });
  });

  it('of a source that was never published goes whole', async () => {
    await unfinished('m1');
    assert.equal(await vectors('kgEmbeddingA'), 9);
    const { vectors: removed, indexes: dropped } = await cleanUp(held.graph);
    assert.deepEqual([removed, dropped.length], [9, 1]);
    assert.deepEqual([await vectors('kgEmbeddingA'), await indexes()], [0, []]);
  });

  it('is not the way back to the model before', async () => {
    await publish(held.graph, model('m1'), NOW);
    await publish(held.graph, model('m2'), NOW);
    assert.deepEqual(await cleanUp(held.graph), { sources: ['things'], indexes: [], vectors: 0, models: [] });
    const { labels } = await rollback(held.graph, { source: 'things' });
    assert.deepEqual(
      labels.map((one) => one.model),
      ['m1'],
    );
  });

  it('stays while a publisher is at work', async () => {
    await publish(held.graph, model('m1'), NOW);
    await unfinished('m2');
    const lease = await acquireLease(held.graph, 'publish:things');
    await assert.rejects(cleanUp(held.graph), { code: 'GATE' });
    assert.equal(await vectors('kgEmbeddingB'), 9);
    await lease.release();
  });
});
