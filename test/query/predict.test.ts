import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { migrate } from '../../src/graph/migrate.js';
import { type PublishInput, publish } from '../../src/graph/publish.js';
import { type KeyValue, parseEntityKey } from '../../src/kg/keys.js';
import { type PredictedFact, type PredictInput, predict } from '../../src/query/predict.js';
import { run, useGraph } from '../_neo4j.js';
import { testModel } from '../_publication.js';
import { plainQuery, plainScore } from './_plain.js';

let held: ReturnType<typeof useGraph>;
const PEOPLE = Array.from({ length: 30 }, (_, i) => [i + 1]);
const FILMS = Array.from({ length: 50 }, (_, i) => [`film ${i}`, 1950 + i]);
const RELATIONS = ['LIKES', 'seen'];
/** From films to people. */
const BY = 'BY';
/** Sources of the same shape, one a model; the shared relation `seen` stands for two types. */
const MODELS = {
  dot: { encoder: 'complex', geometry: 'dot' },
  unit: { encoder: 'complex', geometry: 'unit' },
  real: { encoder: 'distmult', geometry: 'dot' },
  moved: { encoder: 'transe', geometry: 'l2' },
  towards: { encoder: 'transe', geometry: 'unit' },
  turned: { encoder: 'rotate', geometry: 'l2' },
} as const;
type Source = keyof typeof MODELS;
const sources = Object.keys(MODELS) as Source[];
const models = {} as Record<Source, PublishInput>;
const SEEN = ['SAW', 'WATCHED at home'];

const labelOf = (source: string, label: string) => `${label}_${source}`;

interface Question extends PredictInput {
  readonly source: Source;
  readonly relation: string;
}

type Answer = { key: KeyValue[]; score: number };

/** A model's scores by plain computation. */
function plainModel(source: Source) {
  const { entities, vectors, relations, model } = models[source];
  const part = (table: Float32Array, i: number, width: number) => [
    ...table.subarray(i * width, (i + 1) * width),
  ];
  const keys = entities.keys.map(parseEntityKey);
  return {
    keys,
    row: (label: string, key: readonly KeyValue[]) =>
      keys.findIndex((one) => one.label === label && String(one.values) === String(key)),
    of: (label: string) => [...keys.keys()].filter((i) => keys[i].label === label),
    scores(row: number, relation: string, direction = 'tail') {
      const table = direction === 'tail' ? relations.vectors : relations.inverseVectors;
      const r = part(table, relations.names.indexOf(relation), relations.dim ?? model.dim);
      const query = plainQuery(model.encoder, part(vectors, row, model.dim), r);
      return (i: number) => plainScore(model.geometry, query, part(vectors, i, model.dim));
    },
  };
}

/** The best of scored rows without those to leave out. */
const best = (
  { keys }: ReturnType<typeof plainModel>,
  scored: readonly { i: number; score: number }[],
  leftOut: ReadonlySet<string>,
  k: number,
): Answer[] =>
  scored
    .map(({ i, score }) => ({ key: keys[i].values, score }))
    .filter(({ key }) => !leftOut.has(String(key)))
    .sort((a, b) => b.score - a.score)
    .slice(0, k);

/** The same by plain computation: every candidate scored, known facts asked from the graph one by one. */
async function plain(question: Question, k: number): Promise<Answer[]> {
  const { source, label, key, relation, direction = 'tail', candidateLabel = label } = question;
  const known = await run<{ label: string; id: number | null; title: string | null; year: number }>(
    held.graph,
    `MATCH (a:$($label))-[r]-(b:$($candidateLabel))
     WHERE (a.id = $key[0] OR (a.title = $key[0] AND a.year = $key[1])) AND type(r) IN $types
       AND startNode(r) = CASE $direction WHEN 'tail' THEN a ELSE b END
     RETURN b.id AS id, b.title AS title, b.year AS year`,
    { label, candidateLabel, key: [...key, null], types: relation === 'seen' ? SEEN : [relation], direction },
  );
  const leftOut = new Set(known.map(({ id, title, year }) => String(id === null ? [title, year] : [id])));
  if (label === candidateLabel) leftOut.add(String(key));
  const model = plainModel(source);
  const score = model.scores(model.row(label, key), relation, direction);
  return best(
    model,
    model.of(candidateLabel).map((i) => ({ i, score: score(i) })),
    leftOut,
    k,
  );
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
        'MATCH (p:$($Person)), (f:$($Film)) WHERE (p.id + f.year) % 29 = 0 CREATE (f)-[:BY]->(p)',
        { Person, Film },
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
        relations: [...RELATIONS, BY],
        dim: 6,
        ...MODELS[source],
      });
      // Lengths that differ much: the order of the cosine is not that of the product.
      const vectors = made.vectors.map((value, i) => value * (1 + (((i / 6) | 0) % 9)));
      models[source] = { ...made, vectors, relations: { ...made.relations, types: [['LIKES'], SEEN, [BY]] } };
      await publish(graph, models[source], { graceSeconds: 0 });
    }
  });

  for (const source of sources) {
    const [Person, Film] = [labelOf(source, 'Person'), labelOf(source, 'Film')];
    describe(`of ${MODELS[source].encoder} with geometry ${MODELS[source].geometry}`, () => {
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

    it('refuses a model whose network is not at hand, and no relation or too many', async () => {
      await run(held.graph, "MATCH (m:KgModel {id: 'model-unit'}) SET m.encoder = 'transformer'");
      await assert.rejects(ask({}), { code: 'USAGE', message: /transformer/, next: /queryVector/ });
      await run(held.graph, "MATCH (m:KgModel {id: 'model-unit'}) SET m.encoder = 'complex'");
      await assert.rejects(ask({ relation: [] }), { code: 'USAGE', message: /1 to 8/ });
      await assert.rejects(ask({ relation: Array(9).fill('LIKES') }), { code: 'USAGE', message: /^9 rel/ });
    });

    it('looks for the other key where no node has the first', async () => {
      const found = await ask({});
      assert.deepEqual(await ask({ key: ['1'], otherKey: [1] }), found);
      assert.deepEqual(await ask({ key: [1], otherKey: [2] }), found);
      await assert.rejects(ask({ key: ['1'] }), { code: 'NO_DATA', message: /the key "1"/ });
      await assert.rejects(ask({ key: [31], otherKey: [1] }), {
        code: 'NO_DATA',
        message: /31 has no vector/,
      });
    });
  });

  describe('a path of relations by a triple encoder', () => {
    /** A beam of 32 over the films, then over the people. */
    async function plainBeam(source: Source, id: number, relations: readonly string[], direction: string) {
      const model = plainModel(source);
      const softmax = (rows: readonly number[], score: (i: number) => number) => {
        const mass = rows.reduce((sum, i) => sum + Math.exp(score(i)), 0);
        return new Map(rows.map((i) => [i, Math.exp(score(i)) / mass]));
      };
      const [people, films] = [labelOf(source, 'Person'), labelOf(source, 'Film')];
      const first = softmax(model.of(films), model.scores(model.row(people, [id]), relations[0], direction));
      const beam = [...first].sort((a, b) => b[1] - a[1]).slice(0, 32);
      const sum = new Map<number, number>();
      for (const [film, p] of beam)
        for (const [i, q] of softmax(model.of(people), model.scores(film, relations[1], direction)))
          sum.set(i, (sum.get(i) ?? 0) + p * q);
      const arrow = (type: string) => (direction === 'tail' ? `-[:${type}]->` : `<-[:${type}]-`);
      const known = await run<{ id: number }>(
        held.graph,
        `MATCH (:${people} {id: $id})${arrow(relations[0])}()${arrow(relations[1])}(p) RETURN DISTINCT p.id AS id`,
        { id },
      );
      assert.ok(known.length > 0 && known.length < 20, `${known.length} known`);
      return best(
        model,
        [...sum].map(([i, p]) => ({ i, score: Math.log(p) })),
        new Set([String([id]), ...known.map((one) => String([one.id]))]),
        5,
      );
    }

    for (const source of ['unit', 'turned'] as const)
      it(`gives the likeliest ends of ${MODELS[source].encoder} that the graph does not know`, async () => {
        const label = labelOf(source, 'Person');
        for (const id of [4, 5]) {
          const question = { source, label, key: [id], relation: ['LIKES', BY], k: 5 };
          assertSame(await predict(held.graph, question), await plainBeam(source, id, ['LIKES', BY], 'tail'));
          assertSame(
            await predict(held.graph, { ...question, direction: 'head' }),
            await plainBeam(source, id, [BY, 'LIKES'], 'head'),
          );
        }
      });

    it('takes a label that the graph does not tell from the question', async () => {
      const question = { source: 'unit', label: 'Person_unit', key: [1], relation: ['LIKES', 'LIKES'], k: 3 };
      await assert.rejects(predict(held.graph, question), {
        code: 'USAGE',
        message: /No fact of "LIKES" begins at a Film_unit node/,
        next: /--candidates/,
      });
      const found = await predict(held.graph, { ...question, candidateLabel: 'Person_unit' });
      assert.equal(found.length, 3);
    });
  });
});
