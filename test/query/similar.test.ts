import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { migrate } from '../../src/graph/migrate.js';
import { type PublishInput, publish } from '../../src/graph/publish.js';
import { rollback } from '../../src/graph/rollback.js';
import { parseEntityKey } from '../../src/kg/keys.js';
import { similar } from '../../src/query/similar.js';
import { run, useGraph } from '../_neo4j.js';
import { testModel } from '../_publication.js';

let held: ReturnType<typeof useGraph>;
const NODES = [
  { label: 'Film', key: ['title', 'year'], name: 'title' },
  { label: 'Bare', key: 'elementId' },
];
const FILMS = Array.from({ length: 60 }, (_, i) => [`film ${i % 40}`, 1950 + i]);
let models: PublishInput[];

const cosine = (a: Float32Array, b: Float32Array) => {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

/** The same by plain computation over the model's table. */
function plain(
  { entities, vectors, model }: PublishInput,
  label: string,
  key: readonly unknown[],
  k: number,
) {
  const row = (i: number) => vectors.subarray(i * model.dim, (i + 1) * model.dim);
  const keys = entities.keys.map(parseEntityKey);
  const own = keys.findIndex((one) => one.label === label && String(one.values) === String(key));
  return keys
    .map(({ label, values }, i) => ({ label, key: values, score: (1 + cosine(row(own), row(i))) / 2, i }))
    .filter((one) => one.label === label && one.i !== own)
    .sort((a, b) => b.score - a.score)
    .slice(0, k);
}

describe('similar', () => {
  held = useGraph();
  before(async () => {
    const { graph } = held;
    await migrate(graph);
    await run(graph, 'UNWIND $films AS f CREATE (:Film {title: f[0], year: toInteger(f[1])})', {
      films: FILMS,
    });
    await run(graph, 'UNWIND range(1, 5) AS i CREATE (:Bare {i: i})');
    const bare = await run<{ id: string }>(graph, 'MATCH (b:Bare) RETURN elementId(b) AS id');
    const keys = { Film: FILMS, Bare: bare.map(({ id }) => [id]) };
    models = ['m1', 'm2'].map((id) => testModel({ id, source: 'films', nodes: NODES, keys, dim: 6 }));
    for (const model of models) await publish(graph, model, { graceSeconds: 0 });
  });

  it('gives the nodes of the label with the nearest vectors, best first, as a plain computation has them', async () => {
    for (const key of FILMS.slice(0, 5)) {
      const found = await similar(held.graph, { source: 'films', label: 'Film', key, k: 7 });
      const wanted = plain(models[1], 'Film', key, 7);
      assert.deepEqual(
        found.map((one) => one.key),
        wanted.map((one) => one.key),
      );
      for (const [i, { score }] of found.entries()) assert.ok(Math.abs(score - wanted[i].score) < 1e-5);
      assert.deepEqual(
        found.map(({ name }) => name),
        wanted.map((one) => one.key[0]),
      );
    }
  });

  it('gives ten where no number is named, and all others where more are asked for', async () => {
    const ask = (k?: number) => similar(held.graph, { source: 'films', label: 'Film', key: FILMS[0], k });
    assert.equal((await ask()).length, 10);
    assert.equal((await ask(1000)).length, 59);
  });

  it('names nodes by another property, or not at all', async () => {
    const ask = { source: 'films', label: 'Film', key: FILMS[0], k: 1 };
    const [{ key, name }] = await similar(held.graph, { ...ask, nameProperty: 'year' });
    assert.equal(name, String(key[1]));
    assert.equal((await similar(held.graph, { ...ask, nameProperty: 'none' }))[0].name, null);
  });

  it('finds nodes by their element id where the label has no key', async () => {
    const [{ id }] = await run<{ id: string }>(held.graph, 'MATCH (b:Bare {i: 2}) RETURN elementId(b) AS id');
    const found = await similar(held.graph, { source: 'films', label: 'Bare', key: [id], k: 3 });
    assert.deepEqual(
      found.map((one) => one.key),
      plain(models[1], 'Bare', [id], 3).map((one) => one.key),
    );
    await assert.rejects(similar(held.graph, { source: 'films', label: 'Bare', key: ['nobody'] }), {
      code: 'NO_DATA',
    });
  });

  it('follows the publication back', async () => {
    const ask = () => similar(held.graph, { source: 'films', label: 'Film', key: FILMS[0], k: 5 });
    const keys = (model: PublishInput) => plain(model, 'Film', FILMS[0], 5).map((one) => one.key);
    assert.notDeepEqual(keys(models[0]), keys(models[1]));
    await rollback(held.graph, { source: 'films' });
    assert.deepEqual(
      (await ask()).map((one) => one.key),
      keys(models[0]),
    );
    await rollback(held.graph, { source: 'films' });
    assert.deepEqual(
      (await ask()).map((one) => one.key),
      keys(models[1]),
    );
  });

  it('says what is wrong', async () => {
    const ask = (more: object) =>
      similar(held.graph, { source: 'films', label: 'Film', key: FILMS[0], ...more });
    await assert.rejects(ask({ source: 'books' }), {
      code: 'NO_DATA',
      message: /Nothing is published.*books/,
      next: /kgmentor publish books/,
    });
    await assert.rejects(ask({ label: 'Flim' }), { code: 'USAGE', message: /"Flim"/, next: /Bare, Film/ });
    await assert.rejects(ask({ key: ['film 0', 1] }), {
      code: 'NO_DATA',
      message: /No Film node has the key "film 0", 1/,
    });
    await assert.rejects(ask({ key: ['film 0'] }), {
      code: 'USAGE',
      message: /2 values, 1 given/,
      next: /title, year/,
    });
    for (const k of [0, 1.5, 1001, Number.NaN]) await assert.rejects(ask({ k }), { code: 'USAGE' });
    await run(held.graph, "CREATE (:Film {title: 'new', year: 2030})");
    await assert.rejects(ask({ key: ['new', 2030] }), {
      code: 'NO_DATA',
      message: /has no vector/,
      next: /publish again/,
    });
  });
});
