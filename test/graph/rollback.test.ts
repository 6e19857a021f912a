import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { publish } from '../../src/graph/publish.js';
import { rollback } from '../../src/graph/rollback.js';
import { run } from '../_neo4j.js';
import { films, NOW, useFilms } from './_publishedFilms.js';

const { held, pointers, indexes } = useFilms();

describe('rollback', () => {
  it('points readers at the model before, and forth again', async () => {
    await publish(held.graph, films('m1'), NOW);
    const first = await pointers();
    await publish(held.graph, films('m2'), NOW);
    const second = await pointers();
    assert.deepEqual(await rollback(held.graph, { source: 'films', dryRun: true }), {
      source: 'films',
      labels: [
        { label: 'Film', model: 'm1' },
        { label: 'Person', model: 'm1' },
      ],
    });
    await rollback(held.graph, { source: 'films' });
    const back = await pointers();
    assert.deepEqual(
      back.map(({ index, slot, model }) => [index, slot, model]),
      first.map(({ index, slot, model }) => [index, slot, model]),
    );
    await rollback(held.graph, { source: 'films' });
    assert.deepEqual(await pointers(), second);
  });

  it('is refused once the same model was published again, over the one before', async () => {
    for (const id of ['m1', 'm2']) await publish(held.graph, films(id), NOW);
    const again = await publish(held.graph, films('m2'), NOW);
    assert.deepEqual([again.slot, again.removedModels], ['kgEmbeddingA', ['m1', 'm1-teacher']]);
    const before = await pointers();
    await assert.rejects(rollback(held.graph, { source: 'films' }), {
      code: 'NO_DATA',
      message: /both slots hold m2, which was published again/,
    });
    assert.deepEqual(await pointers(), before);
  });

  it('lets the next publication take the slot that is idle then', async () => {
    await publish(held.graph, films('m1'), NOW);
    await publish(held.graph, films('m2'), NOW);
    await rollback(held.graph, { source: 'films' });
    const third = await publish(held.graph, films('m3'), NOW);
    assert.deepEqual([third.slot, third.removedModels], ['kgEmbeddingB', ['m2', 'm2-teacher']]);
    assert.deepEqual(
      (await rollback(held.graph, { source: 'films' })).labels.map(({ model }) => model),
      ['m1', 'm1'],
    );
  });

  it('is refused where there is nothing to go back to', async () => {
    await assert.rejects(rollback(held.graph, { source: 'films' }), {
      code: 'NO_DATA',
      message: /nothing is published/,
    });
    await publish(held.graph, films('m1'), NOW);
    await assert.rejects(rollback(held.graph, { source: 'films' }), { code: 'NO_DATA' });
    await publish(held.graph, films('m2'), NOW);
    const before = await pointers();
    const [index] = (await indexes()).filter(({ name }) => !before.some((p) => p.index === name));
    await run(held.graph, 'DROP INDEX $name', { name: index.name });
    await assert.rejects(rollback(held.graph, { source: 'films' }), {
      code: 'NO_DATA',
      message: /index.*is gone/,
    });
    assert.deepEqual(await pointers(), before);
  });
});
