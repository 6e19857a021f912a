import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KgmentorEvent } from '../../src/events.js';
import { connect, type Graph } from '../../src/graph/connect.js';
import { acquireLease } from '../../src/graph/lease.js';
import { migrate } from '../../src/graph/migrate.js';
import { type PublishInput, publish } from '../../src/graph/publish.js';
import { publishedSince } from '../../src/graph/publishedRuns.js';
import { removeEverything } from '../../src/graph/removal.js';
import { rollback } from '../../src/graph/rollback.js';
import { listRuns, recordRun } from '../../src/graph/runs.js';
import { run, serverUri, useGraph, wipe } from '../_neo4j.js';
import { faultyProxy } from '../_proxy.js';
import { testModel } from '../_publication.js';

const held = useGraph();
const NOW = { graceSeconds: 0 };
const PEOPLE = Array.from({ length: 12 }, (_, i) => [i + 1]);
const FILMS = [
  ['Solaris', 1972],
  ['Solaris', 2002],
  ['Alien', 1979],
] as const;
const NODES = [
  { label: 'Person', key: 'id', name: 'name' },
  { label: 'Film', key: ['title', 'year'] },
];

/** A source of two labels; one of the people is a film as well, and counts to the label listed first. */
async function fill(graph: Graph): Promise<void> {
  await run(graph, 'UNWIND $ids AS id CREATE (:Person {id: toInteger(id), name: "p" + toInteger(id)})', {
    ids: PEOPLE.map(([id]) => id),
  });
  await run(graph, 'UNWIND $films AS f CREATE (:Film {title: f[0], year: toInteger(f[1])})', {
    films: FILMS,
  });
  await run(
    graph,
    'MATCH (p:Person {id: 1}), (f:Film) CREATE (p)-[:SEEN {on: date("2020-01-01")}]->(f) SET p:Film',
  );
}

const films = (id: string, more: object = {}): PublishInput =>
  testModel({ id, source: 'films', nodes: NODES, keys: { Person: PEOPLE, Film: FILMS }, ...more });

interface Pointer {
  label: string;
  model: string;
  slot: string;
  index: string;
  count: number;
  previous: string | null;
}
const pointers = (source = 'films') =>
  run<Pointer>(
    held.graph,
    `MATCH (p:KgPublication {source: $source})
     RETURN p.label AS label, p.model AS model, p.property AS slot, p.index AS index, p.count AS count,
       p.previousModel AS previous ORDER BY label`,
    { source },
  );
const indexes = () =>
  run<{ name: string; label: string }>(
    held.graph,
    `SHOW VECTOR INDEXES YIELD name, labelsOrTypes, state WHERE state = 'ONLINE'
     RETURN name, labelsOrTypes[0] AS label ORDER BY label, name`,
  );

/** Everything in the database: nodes, relationships, constraints, indexes, labels in use. */
async function everything(): Promise<unknown> {
  const of = (text: string) => run(held.graph, text);
  return {
    nodes: await of(
      'MATCH (n) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS p ORDER BY id',
    ),
    relationships: await of(
      'MATCH (h)-[r]->(t) RETURN elementId(h) AS h, type(r) AS type, elementId(t) AS t, properties(r) AS p ORDER BY h, t',
    ),
    constraints: await of('SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name'),
    indexes: await of('SHOW INDEXES YIELD name RETURN name ORDER BY name'),
    labels: await of('CALL db.labels() YIELD label RETURN label ORDER BY label'),
    types: await of('CALL db.relationshipTypes() YIELD relationshipType AS type RETURN type ORDER BY type'),
  };
}

/** Empties the database but for what migrations made, which takes longest to make. */
async function empty(): Promise<void> {
  await run(held.graph, 'MATCH (n) WHERE NOT n:__Neo4jMigration DETACH DELETE n');
  const left = await run<{ name: string }>(held.graph, 'SHOW VECTOR INDEXES YIELD name RETURN name');
  for (const { name } of left) await run(held.graph, 'DROP INDEX $name', { name });
  await run(held.graph, 'DROP CONSTRAINT mine IF EXISTS');
}

beforeEach(async () => {
  await empty();
  await migrate(held.graph);
  await fill(held.graph);
});

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

describe('records of runs', () => {
  it('come newest first, of one source or of all, and are replaced by their id', async () => {
    const record = {
      command: 'retrain',
      status: 'done',
      startedAt: '2026-01-01T00:00:00Z',
      seconds: 1.5,
    } as const;
    await recordRun(held.graph, { ...record, id: 'a', source: 'films', metrics: { mrr: 0.25 } });
    await recordRun(held.graph, { ...record, id: 'b', source: 'towns' });
    await recordRun(held.graph, { ...record, id: 'a', source: 'films', metrics: { mrr: 0.5 } });
    assert.deepEqual(
      (await listRuns(held.graph)).map(({ id }) => id),
      ['a', 'b'],
    );
    const [{ recordedAt, ...one }, ...more] = await listRuns(held.graph, { source: 'films' });
    assert.deepEqual([one, more], [{ ...record, id: 'a', source: 'films', metrics: { mrr: 0.5 } }, []]);
    assert.ok(Math.abs(Date.now() - Date.parse(recordedAt)) < 60_000);
  });
});

function changed(input: PublishInput, change: (vectors: Float32Array) => void): PublishInput {
  const vectors = input.vectors.slice();
  change(vectors);
  return { ...input, vectors };
}
