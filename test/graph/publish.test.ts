import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KgmentorEvent } from '../../src/events.js';
import { type PublishInput, publish } from '../../src/graph/publish.js';
import { run, wipe } from '../_neo4j.js';
import { testModel } from '../_publication.js';
import { changed, films, NODES, NOW, PEOPLE, useFilms } from './_publishedFilms.js';

const { held, pointers, indexes, everything } = useFilms();

describe('publish', () => {
  it('writes as many vectors as it counts and as the index holds, for each label', async () => {
    const input = films('m1');
    const told: KgmentorEvent[] = [];
    const onEvent = (event: KgmentorEvent) => void told.push(event);
    const result = await publish(held.graph, input, { ...NOW, onEvent });
    assert.deepEqual(
      told,
      result.labels.map(({ label, index, written: nodes }) => ({
        type: 'published',
        source: 'films',
        label,
        model: 'm1',
        nodes,
        index,
      })),
    );
    assert.deepEqual(
      result.labels.map(({ index, ...counts }) => counts),
      [
        { label: 'Person', nodes: 12, written: 12, counted: 12, indexed: 12, verified: 'all' },
        { label: 'Film', nodes: 3, written: 3, counted: 3, indexed: 4, verified: 'all' },
      ],
    );
    assert.deepEqual([result.missing, result.withoutVector, result.slot], [0, 0, 'kgEmbeddingA']);
    assert.deepEqual(
      (await indexes()).map(({ name }) => name).sort(),
      result.labels.map(({ index }) => index).sort(),
    );
    const stored = await run<{ key: string; v: number[] }>(
      held.graph,
      `MATCH (n) WHERE n.kgEmbeddingA IS NOT NULL
       RETURN CASE WHEN n:Person THEN '["Person",' + n.id + ']' ELSE '["Film","' + n.title + '",' + n.year + ']' END AS key,
         n.kgEmbeddingA AS v`,
    );
    assert.equal(stored.length, 15);
    for (const { key, v } of stored) {
      const row = input.entities.keys.indexOf(key);
      assert.deepEqual(v, Array.from(input.vectors.subarray(row * 4, row * 4 + 4)), key);
    }
  });

  it('takes the two slots by turns, and a reader finds model and relations of what is published', async () => {
    await publish(held.graph, films('m1', { relations: ['SEEN', 'x y'] }), NOW);
    const second = await publish(held.graph, films('m2', { relations: ['SEEN'] }), NOW);
    assert.equal(second.slot, 'kgEmbeddingB');
    assert.deepEqual(
      (await pointers()).map(({ label, model, slot, count, previous }) => [
        label,
        model,
        slot,
        count,
        previous,
      ]),
      [
        ['Film', 'm2', 'kgEmbeddingB', 4, 'm1'],
        ['Person', 'm2', 'kgEmbeddingB', 12, 'm1'],
      ],
    );
    const third = await publish(held.graph, films('m3'), NOW);
    assert.deepEqual([third.slot, third.removedModels], ['kgEmbeddingA', ['m1', 'm1-teacher']]);
    assert.deepEqual(
      await run(
        held.graph,
        `MATCH (m:KgModel) OPTIONAL MATCH (m)-[:KG_DISTILLED_FROM]->(t)
         RETURN m.id AS id, m.dim AS dim, t.id AS teacher, COUNT { MATCH (r:KgRelation {model: m.id}) } AS relations ORDER BY id`,
      ),
      [
        { id: 'm2', dim: 4, teacher: 'm2-teacher', relations: 1 },
        { id: 'm2-teacher', dim: 8, teacher: null, relations: 0 },
        { id: 'm3', dim: 4, teacher: 'm3-teacher', relations: 1 },
        { id: 'm3-teacher', dim: 8, teacher: null, relations: 0 },
      ],
    );
    assert.equal((await indexes()).length, 4);
  });

  it('keeps keys of composite, integer, large integer, boolean and element id kind apart', async () => {
    await run(
      held.graph,
      `CREATE (:Odd {k: 9007199254740993}), (:Odd {k: 9007199254740992}), (:Odd {k: '1'}), (:Odd {k: 1}),
        (:Odd {k: true}), (:Odd {k: 0.5}), (:Odd), (:Bare {n: 1}), (:Bare {n: 2})`,
    );
    const bare = await run<{ id: string }>(
      held.graph,
      'MATCH (b:Bare) RETURN elementId(b) AS id ORDER BY b.n',
    );
    const input = testModel({
      id: 'odd',
      source: 'odd',
      nodes: [
        { label: 'Odd', key: 'k' },
        { label: 'Bare', key: 'elementId' },
      ],
      keys: {
        Odd: [[9007199254740993n], [9007199254740992n], ['1'], [1], [true], [0.5]],
        Bare: bare.map(({ id }) => [id]),
      },
    });
    const { labels, withoutVector, missing } = await publish(held.graph, input, NOW);
    assert.deepEqual(
      labels.map(({ written, indexed }) => [written, indexed]),
      [
        [6, 6],
        [2, 2],
      ],
    );
    assert.deepEqual([withoutVector, missing], [1, 0]);
    const [large] = await run<{ v: number[] }>(
      held.graph,
      'MATCH (o:Odd {k: 9007199254740993}) RETURN o.kgEmbeddingA AS v',
    );
    const row = input.entities.keys.indexOf('["Odd",{"int":"9007199254740993"}]');
    assert.deepEqual(large.v, Array.from(input.vectors.subarray(row * 4, row * 4 + 4)));
  });

  it('publishes many labels, odd ones too', async () => {
    const labels = ['two words', '日本', 'a`b', "x') DETACH DELETE n //", ...'ABCDEFGH'];
    for (const label of labels)
      await run(held.graph, 'CREATE (:$($label) {id: 1}), (:$($label) {id: 2})', { label });
    const input = testModel({
      id: 'many',
      source: 'many of "them"',
      nodes: labels.map((label) => ({ label, key: 'id' })),
      keys: Object.fromEntries(labels.map((label) => [label, [[1], [2]]])),
    });
    const result = await publish(held.graph, input, NOW);
    assert.deepEqual(
      result.labels.map(({ label, written, counted, indexed }) => [label, written, counted, indexed]),
      labels.map((label) => [label, 2, 2, 2]),
    );
    assert.equal(new Set(result.labels.map(({ index }) => index)).size, labels.length);
  });

  it('tells what the graph lacks and what the model does not know', async () => {
    await run(held.graph, 'MATCH (p:Person {id: 5}) DELETE p');
    await run(held.graph, 'CREATE (:Person {id: 77}), (:Person {name: "keyless"})');
    const { missing, missingExamples, withoutVector, labels } = await publish(held.graph, films('m1'), NOW);
    assert.deepEqual([missing, missingExamples, withoutVector], [1, ['["Person",5]'], 2]);
    assert.equal(labels[0].written, 11);
  });

  it('writes nothing in a dry run', async () => {
    const before = await everything();
    const { slot, labels } = await publish(held.graph, films('m1'), { dryRun: true });
    assert.deepEqual(
      [slot, labels.map(({ nodes, written }) => [nodes, written])],
      [
        'kgEmbeddingA',
        [
          [12, 0],
          [3, 0],
        ],
      ],
    );
    assert.deepEqual(await everything(), before);
  });

  const refused: [string, (input: PublishInput) => PublishInput, RegExp][] = [
    ['NaN', (m) => changed(m, (v) => v.set([Number.NaN], 5)), /vector of .* not finite/],
    ['Infinity', (m) => changed(m, (v) => v.set([Number.POSITIVE_INFINITY], 5)), /not finite/],
    ['a zero vector', (m) => changed(m, (v) => v.fill(0, 4, 8)), /has the length 0/],
    ['a vanishing vector', (m) => changed(m, (v) => v.fill(1e-30, 4, 8)), /has the length/],
    [
      'a table of the wrong length',
      (m) => ({ ...m, vectors: m.vectors.slice(1) }),
      /59 numbers, 15 × 4 expected/,
    ],
    ['a wrong dimension', (m) => ({ ...m, model: { ...m.model, dim: 5 } }), /15 × 5 expected/],
    ['a dimension of 0', (m) => ({ ...m, model: { ...m.model, dim: 0 } }), /1 to 4096 expected/],
    [
      'a relation of NaN',
      (m) => ({ ...m, relations: { ...m.relations, inverseVectors: new Float32Array(4).fill(Number.NaN) } }),
      /inverse relation vector of R/,
    ],
    [
      'relations of another width than said',
      (m) => ({ ...m, relations: { ...m.relations, dim: 2 } }),
      /relation table holds 4 numbers, 1 × 2 expected/,
    ],
    [
      'a key that stands twice',
      (m) => ({ ...m, entities: { keys: [...m.entities.keys.slice(0, 14), m.entities.keys[0]] } }),
      /stands twice/,
    ],
    [
      'a label that the source does not have',
      (m) => ({ ...m, entities: { keys: [...m.entities.keys.slice(0, 14), '["Book",1]'] } }),
      /none of the labels of films/,
    ],
    ['no entities', (m) => ({ ...m, entities: { keys: [] }, vectors: new Float32Array(0) }), /no entities/],
  ];
  it('refuses vectors, tables and keys at fault before anything is written', async () => {
    const before = await everything();
    for (const [what, make, message] of refused) {
      const publishing = publish(held.graph, make(films('m1')), NOW);
      await assert.rejects(publishing, { code: 'BAD_DATA', message }, what);
      assert.deepEqual(await everything(), before, what);
    }
  });

  it('refuses a model of another graph, and keys that several nodes share', async () => {
    const other = testModel({
      id: 'x',
      source: 'films',
      nodes: NODES,
      keys: { Person: [[1], [700], [701]] },
    });
    const node = (text: string) => run(held.graph, text);
    await assert.rejects(publish(held.graph, other, NOW), {
      code: 'BAD_DATA',
      message: /2 of the model's 3 entities/,
    });
    await node('CREATE (:Person {id: 3})');
    await assert.rejects(publish(held.graph, films('m1'), NOW), {
      code: 'BAD_DATA',
      message: /\["Person",3\]/,
    });
    assert.deepEqual(await node('MATCH (n) WHERE n.kgEmbeddingA IS NOT NULL RETURN n'), []);
    assert.deepEqual(await pointers(), []);
  });

  it('refuses without the schema', async () => {
    await wipe(held.graph);
    await assert.rejects(publish(held.graph, films('m1'), NOW), { code: 'SCHEMA', next: /kgmentor migrate/ });
  });

  it('refuses an id that belongs to other vectors, and takes the same model again', async () => {
    await publish(held.graph, films('m1'), NOW);
    const others = { ...films('m9'), model: films('m1').model };
    await assert.rejects(publish(held.graph, others, NOW), {
      code: 'USAGE',
      message: /m1 belongs to other vectors/,
    });
    await publish(held.graph, films('m1'), NOW);
    assert.deepEqual(
      (await pointers()).map(({ model, slot }) => [model, slot]),
      [
        ['m1', 'kgEmbeddingB'],
        ['m1', 'kgEmbeddingB'],
      ],
    );
  });

  it('refuses nodes that another source publishes', async () => {
    await publish(held.graph, films('m1'), NOW);
    const other = testModel({ id: 'o', source: 'other', nodes: [NODES[0]], keys: { Person: PEOPLE } });
    await assert.rejects(publish(held.graph, other, NOW), {
      code: 'USAGE',
      message: /12 Person nodes.*films/,
    });
    assert.deepEqual(await pointers('other'), []);
  });

  it('names an index of the user that stands in the way', async () => {
    await run(
      held.graph,
      `CREATE VECTOR INDEX mine FOR (p:Person) ON (p.kgEmbeddingA)
       OPTIONS {indexConfig: {\`vector.dimensions\`: 4, \`vector.similarity_function\`: 'cosine'}}`,
    );
    await assert.rejects(publish(held.graph, films('m1'), NOW), {
      code: 'USAGE',
      message: /Person\.kgEmbeddingA/,
    });
    assert.deepEqual(await pointers(), []);
    await run(held.graph, 'DROP INDEX mine');
    await publish(held.graph, films('m1'), NOW);
  });

  it('forgets a label that the source no longer has', async () => {
    await publish(held.graph, films('m1'), NOW);
    await publish(
      held.graph,
      testModel({ id: 'm2', source: 'films', nodes: [NODES[0]], keys: { Person: PEOPLE } }),
      NOW,
    );
    assert.deepEqual(
      (await pointers()).map(({ label, model }) => [label, model]),
      [['Person', 'm2']],
    );
  });
});
