import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { migrate } from '../../src/graph/migrate.js';
import { type PublishInput, publish } from '../../src/graph/publish.js';
import { type KeyValue, parseEntityKey } from '../../src/kg/keys.js';
import { complexQuery, type PredictedFact, predict } from '../../src/query/predict.js';
import { run, useGraph } from '../_neo4j.js';
import { testModel } from '../_publication.js';

let held: ReturnType<typeof useGraph>;
const PEOPLE = Array.from({ length: 30 }, (_, i) => [i + 1]);
const FILMS = Array.from({ length: 50 }, (_, i) => [`film ${i}`, 1950 + i]);
const RELATIONS = ['LIKES', 'seen'];
/** Two sources of the same shape, one a geometry; the shared relation `seen` stands for two types. */
const sources = ['dot', 'unit'] as const;
const models = {} as Record<(typeof sources)[number], PublishInput>;
const SEEN = ['SAW', 'WATCHED at home'];

const labelOf = (source: string, label: string) => `${label}_${source}`;

/** The score of ComplEx by its definition over complex numbers: Re(Σ h · r · conj(t)). */
function score(h: ArrayLike<number>, r: ArrayLike<number>, t: ArrayLike<number>): number {
  const d = h.length / 2;
  let sum = 0;
  for (let i = 0; i < d; i++) {
    const [re, im] = [h[i] * r[i] - h[i + d] * r[i + d], h[i] * r[i + d] + h[i + d] * r[i]];
    sum += re * t[i] + im * t[i + d];
  }
  return sum;
}

interface Question {
  source: (typeof sources)[number];
  label: string;
  key: readonly KeyValue[];
  relation: string;
  direction?: 'tail' | 'head';
  candidateLabel?: string;
}

/** The same by plain computation: every candidate scored, known facts asked from the graph one by one. */
async function plain(question: Question, k: number): Promise<{ key: KeyValue[]; score: number }[]> {
  const { source, label, key, direction = 'tail', candidateLabel = label } = question;
  const { entities, vectors, relations, model } = models[source];
  const at = RELATIONS.indexOf(question.relation);
  const part = (table: Float32Array, i: number) => table.subarray(i * model.dim, (i + 1) * model.dim);
  const keys = entities.keys.map(parseEntityKey);
  const own = keys.findIndex((one) => one.label === label && String(one.values) === String(key));
  const known = await run<{ label: string; id: number | null; title: string | null; year: number }>(
    held.graph,
    `MATCH (a:$($label))-[r]-(b:$($candidateLabel))
     WHERE (a.id = $key[0] OR (a.title = $key[0] AND a.year = $key[1])) AND type(r) IN $types
       AND startNode(r) = CASE $direction WHEN 'tail' THEN a ELSE b END
     RETURN b.id AS id, b.title AS title, b.year AS year`,
    { label, candidateLabel, key: [...key, null], types: at === 0 ? ['LIKES'] : SEEN, direction },
  );
  const excluded = new Set(known.map(({ id, title, year }) => String(id === null ? [title, year] : [id])));
  const r = part(direction === 'tail' ? relations.vectors : relations.inverseVectors, at);
  return keys
    .map((one, i) => {
      const e = part(vectors, i);
      const length = source === 'unit' ? Math.hypot(...e) : 1;
      return { label: one.label, key: one.values, score: score(part(vectors, own), r, e) / length, i };
    })
    .filter((one) => one.label === candidateLabel && one.i !== own && !excluded.has(String(one.key)))
    .sort((a, b) => b.score - a.score)
    .slice(0, k);
}

function assertSame(
  found: readonly PredictedFact[],
  wanted: readonly { key: KeyValue[]; score: number }[],
): void {
  assert.deepEqual(
    found.map(({ key }) => key),
    wanted.map(({ key }) => key),
  );
  found.forEach((one, i) => {
    const tolerance = 1e-6 * Math.max(1, Math.abs(wanted[i].score));
    assert.ok(Math.abs(one.score - wanted[i].score) < tolerance, `${one.score} is not ${wanted[i].score}`);
  });
}

describe('predict', () => {
  held = useGraph();
  before(async () => {
    const { graph } = held;
    await migrate(graph);
    for (const source of sources) {
      const [Person, Film] = [labelOf(source, 'Person'), labelOf(source, 'Film')];
      await run(
        graph,
        'UNWIND $ids AS id CREATE (:$($Person) {id: toInteger(id), name: "p" + toInteger(id)})',
        {
          ids: PEOPLE.map(([id]) => id),
          Person,
        },
      );
      await run(graph, 'UNWIND $films AS f CREATE (:$($Film) {title: f[0], year: toInteger(f[1])})', {
        films: FILMS,
        Film,
      });
      for (const [type, from, to] of [
        ['LIKES', 1, 30],
        ['SAW', 2, 7],
        ['WATCHED at home', 3, 11],
      ] as const)
        await run(
          graph,
          `MATCH (p:$($Person)), (f:$($Film)) WHERE (p.id * $from + f.year * $to) % 17 < 4
         CREATE (p)-[:$($type)]->(f)`,
          { Person, Film, type, from: BigInt(from), to: BigInt(to) },
        );
      await run(
        graph,
        'MATCH (p:$($Person)) WHERE p.id IN [2, 3] MATCH (q:$($Person) {id: 1}) CREATE (q)-[:LIKES]->(p)',
        {
          Person,
        },
      );
      const made = testModel({
        id: `model-${source}`,
        source,
        nodes: [
          { label: Person, key: 'id', name: 'name' },
          { label: Film, key: ['title', 'year'], name: 'title' },
        ],
        keys: { [Person]: PEOPLE, [Film]: FILMS },
        relations: RELATIONS,
        dim: 6,
        geometry: source,
      });
      // Lengths that differ much: the order of the cosine is not that of the product.
      const vectors = made.vectors.map((value, i) => value * (1 + (((i / 6) | 0) % 9)));
      models[source] = { ...made, vectors, relations: { ...made.relations, types: [['LIKES'], SEEN] } };
      await publish(graph, models[source], { graceSeconds: 0 });
    }
  });

  for (const source of sources) {
    const [Person, Film] = [labelOf(source, 'Person'), labelOf(source, 'Film')];
    describe(`with geometry ${source}`, () => {
      it('gives the best-scored unknown tails in the order of the model', async () => {
        for (const key of PEOPLE.slice(0, 6))
          for (const relation of RELATIONS) {
            const question = { source, label: Person, key, relation, candidateLabel: Film };
            assertSame(await predict(held.graph, { ...question, k: 5 }), await plain(question, 5));
          }
      });

      it('gives the best-scored unknown heads, by the reciprocal relation', async () => {
        for (const key of FILMS.slice(0, 6)) {
          const question = {
            source,
            label: Film,
            key,
            relation: 'seen',
            direction: 'head',
            candidateLabel: Person,
          } as const;
          assertSame(await predict(held.graph, { ...question, k: 5 }), await plain(question, 5));
        }
      });

      it('leaves out known facts and the node itself, also where all candidates are asked for', async () => {
        const question = { source, label: Person, key: [1], relation: 'LIKES', candidateLabel: Person };
        const found = await predict(held.graph, { ...question, k: 1000 });
        assert.deepEqual(
          found.map(({ key }) => key[0]).sort((a, b) => Number(a) - Number(b)),
          PEOPLE.slice(3).map(([id]) => id),
        );
        assertSame(found, await plain(question, 1000));
      });

      it('takes a relationship type for the relation that it is mapped to', async () => {
        const ask = (relation: string) =>
          predict(held.graph, { source, label: Person, key: [4], relation, candidateLabel: Film, k: 3 });
        assert.deepEqual(await ask('WATCHED at home'), await ask('seen'));
      });
    });
  }

  describe('otherwise', () => {
    const ask = (more: object) =>
      predict(held.graph, { source: 'unit', label: 'Person_unit', key: [1], relation: 'LIKES', ...more });

    it('gives ten with their names where nothing else is asked', async () => {
      const found = await ask({ candidateLabel: 'Person_unit' });
      assert.equal(found.length, 10);
      for (const { key, name } of found) assert.equal(name, `p${key[0]}`);
      const [{ name }] = await ask({ candidateLabel: 'Person_unit', nameProperty: 'id', k: 1 });
      assert.equal(name, String(found[0].key[0]));
    });

    it('answers with the label that the facts of the relation have most often, by direction', async () => {
      const films = { candidateLabel: 'Film_unit' };
      assert.deepEqual(await ask({}), await ask(films));
      assert.deepEqual(await ask({ relation: 'seen' }), await ask({ relation: 'seen', ...films }));
      const film = { label: 'Film_unit', key: FILMS[0], relation: 'seen', direction: 'head' };
      assert.deepEqual(await ask(film), await ask({ ...film, candidateLabel: 'Person_unit' }));
      await assert.rejects(ask({ ...film, direction: 'tail' }), {
        code: 'USAGE',
        message: /No fact of "seen" begins at a Film_unit node/,
        next: /--candidates.*Film_unit, Person_unit/,
      });
    });

    it('says what is wrong', async () => {
      await assert.rejects(ask({ relation: 'LIKE' }), {
        code: 'USAGE',
        message: /no relation "LIKE"/,
        next: /"LIKES"/,
      });
      await assert.rejects(ask({ relation: 'zzzzzzzzzz' }), { code: 'USAGE', next: /LIKES, seen/ });
      await assert.rejects(ask({ source: 'none' }), { code: 'NO_DATA', message: /Nothing is published/ });
      await assert.rejects(ask({ candidateLabel: 'Book' }), {
        code: 'USAGE',
        next: /Film_unit, Person_unit/,
      });
      await assert.rejects(ask({ key: [999] }), { code: 'NO_DATA', message: /999/ });
      await assert.rejects(ask({ k: 0 }), { code: 'USAGE' });
      await run(held.graph, 'CREATE (:Person_unit {id: 31})');
      await assert.rejects(ask({ key: [31] }), { code: 'NO_DATA', message: /no vector/ });
    });

    it('refuses a model that is not ComplEx', async () => {
      await run(held.graph, "MATCH (m:KgModel {id: 'model-unit'}) SET m.encoder = 'transformer'");
      await assert.rejects(ask({}), { code: 'USAGE', message: /transformer/ });
      await run(held.graph, "MATCH (m:KgModel {id: 'model-unit'}) SET m.encoder = 'complex'");
    });
  });
});

describe('the query of ComplEx', () => {
  it('scores every tail as the definition over complex numbers does', () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    const vectors = fc
      .integer({ min: 1, max: 5 })
      .chain((d) =>
        fc.tuple(...[0, 1, 2].map(() => fc.array(number, { minLength: 2 * d, maxLength: 2 * d }))),
      );
    fc.assert(
      fc.property(vectors, ([h, r, t]) => {
        const product = complexQuery(h, r).reduce((sum, q, i) => sum + q * t[i], 0);
        assert.ok(Math.abs(product - score(h, r, t)) < 1e-6);
      }),
    );
  });
});
