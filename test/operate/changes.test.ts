import '../_here.js';
import assert from 'node:assert/strict';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readBookmark } from '../../src/graph/bookmark.js';
import { cypher, withNames } from '../../src/graph/cypher.js';
import { migrate } from '../../src/graph/migrate.js';
import { publish } from '../../src/graph/publish.js';
import { listRuns } from '../../src/graph/runs.js';
import { checkTarget } from '../../src/operate/changes.js';
import { addNodes } from '../../src/query/addNodes.js';
import { parseConfig } from '../../src/settings.js';
import { run, useGraph } from '../_neo4j.js';
import { testModel } from '../_publication.js';
import { type Films, newFilms, recordTrained, small } from './_films.js';

const held = useGraph();
let films: Films;

/** The step that decided, and what it decided. */
const check = async (change: object = {}) => {
  const { step, retrain } = await checkTarget({ ...films, target: 'films', ...change });
  return `${step}: ${retrain ? 'retrain' : 'nothing'}`;
};

const say = (text: string) => run(held.graph, text);

const trained = (id: string, change: object = {}) => recordTrained(held.graph, id, { ...films, ...change });

describe('a check for changes', () => {
  before(async () => {
    films = await newFilms(held.graph);
    await migrate(held.graph);
  });
  after(() => films.remove());

  it('says that a target which was never trained is to be trained', async () => {
    assert.equal(await check(), 'none: retrain');
  });

  it('reads once, and then knows by the bookmark that nothing was committed', async () => {
    await trained('r1');
    assert.equal(await check(), 'digest: nothing');
    assert.equal(await check(), 'bookmark: nothing');
    const [state] = readdirSync(path.join(films.config.runs, 'checks'));
    assert.match(state, /^[0-9a-f]{16}\.json$/);
  });

  it('takes what kgmentor itself writes for no change', async () => {
    const before = await readBookmark(held.graph);
    const { nodes } = films.config.sources.films;
    const keys = { Film: Array.from({ length: 40 }, (_, i) => [i]) };
    await publish(held.graph, testModel({ id: 'm1', source: 'films', nodes, keys }), { graceSeconds: 0 });
    assert.notEqual(await readBookmark(held.graph), before);
    assert.equal(await check(), 'digest: nothing');
    assert.equal(await check(), 'bookmark: nothing');
  });

  it('takes no notice of nodes, relationships and properties of others', async () => {
    await say("MATCH (f:Film {id: 1}) SET f.seen = 3 CREATE (f)-[:SEEN_BY]->(:User {name: 'Ann'})");
    assert.equal(await check(), 'digest: nothing');
    await say('MATCH (a:Book {id: 1}), (b:Book {id: 2}) SET a.price = 2');
    assert.equal(await check(), 'digest: nothing');
  });

  it('sees by counts that there are more nodes, facts or links, until a student is trained for them', async () => {
    for (const [i, text] of [
      'CREATE (:Film {id: 99})',
      'MATCH (a:Film {id: 0}), (b:Film {id: 20}) CREATE (a)-[:r1]->(b)',
      'MATCH (a:Film {id: 99}), (b:Book {id: 0}) CREATE (a)-[:SAME_AS]->(b)',
    ].entries()) {
      await say(text);
      assert.equal(await check(), 'counts: retrain', text);
      assert.equal(await check(), 'digest: retrain', text);
      await trained(`counted${i}`);
      assert.equal(await check(), 'digest: nothing', text);
    }
  });

  it('is told once by counts where the change is none to a student', async () => {
    for (const text of [
      'MATCH (a:Film)-[:r2]->(b:Film) WITH a, b LIMIT 1 CREATE (a)-[:r2]->(b)', // a fact that stands twice
      'MATCH (a:Film)-[r:r2]->(b:Film) WITH a, b, collect(r) AS all UNWIND all[1..] AS twice DELETE twice',
    ]) {
      await say(text);
      assert.equal(await check(), 'counts: retrain', text);
      assert.equal(await check(), 'digest: nothing', text);
    }
  });

  it('takes added vectors and the records of a queue for no change', async () => {
    const { nodes } = films.config.sources.films;
    const [last] = await listRuns(held.graph, { source: 'films' });
    const model = testModel({
      id: 'm2',
      source: 'films',
      nodes,
      relations: ['r1'],
      keys: { Film: [[0], [1], [20]] },
    });
    await publish(
      held.graph,
      { ...model, model: { ...model.model, dataDigest: last.dataDigest } },
      { graceSeconds: 0, once: true },
    );
    const [noted] = await listRuns(held.graph, { source: 'films' });
    assert.deepEqual([noted.id, noted.dataDigest, noted.outcome], ['m2', last.dataDigest, 'published']);
    assert.equal(await check(), 'digest: nothing');
    const { added } = await addNodes(held.graph, { source: { name: 'films', nodes } });
    assert.ok(added.length > 0);
    assert.equal(await check(), 'digest: nothing');
    assert.equal(await check(), 'bookmark: nothing');
  });

  it('sees by the digest what counts do not show', async () => {
    for (const [i, text] of [
      'MATCH (a:Film {id: 0})-[r:r1]->(b:Film {id: 20}), (c:Film {id: 21}) DELETE r CREATE (a)-[:r1]->(c)',
      'MATCH (f:Film {id: 99}) SET f.id = 98',
      'MATCH (a)-[r:SAME_AS]->(b:Book {id: 0}), (c:Book {id: 5}) DELETE r CREATE (a)-[:SAME_AS]->(c)',
    ].entries()) {
      await say(text);
      assert.equal(await check(), 'digest: retrain', text);
      assert.equal(await check(), 'bookmark: retrain', text);
      await trained(`read${i}`);
      assert.equal(await check(), 'digest: nothing', text);
    }
  });

  it('does not depend on the order in which the server has its content', async () => {
    await say(
      `MATCH (a:Film)-[r:r2]->(b:Film) WITH a, b, collect(r) AS all ORDER BY b.id DESC, a.id
       FOREACH (r IN all | DELETE r) CREATE (a)-[:r2]->(b)`,
    );
    assert.equal(await check(), 'digest: nothing');
  });

  it('looks again where the configuration has changed, or a file of links', async () => {
    const file = path.join(films.folder, 'links.tsv');
    writeFileSync(file, '1\t2\n');
    const alignments = [
      ...(small.alignments ?? []),
      { file, between: ['films', 'books'] as [string, string] },
    ];
    const config = parseConfig({ ...small, alignments, runs: films.config.runs }, 'test');
    assert.equal(await check({ config }), 'digest: retrain');
    await trained('filed', { config });
    assert.equal(await check({ config }), 'digest: nothing');
    assert.equal(await check({ config }), 'bookmark: nothing');
    utimesSync(file, 1, 1);
    assert.equal(await check({ config }), 'digest: nothing');
    writeFileSync(file, '1\t3\n');
    assert.equal(await check({ config }), 'digest: retrain');
  });

  it('takes its counts from the count store alone', async () => {
    const names = { LABEL: '`Film`', TYPE: '`r1`' };
    for (const name of ['count-label', 'count-type']) {
      const { summary } = await held.graph.read((tx) => tx.run(`EXPLAIN ${withNames(cypher(name), names)}`));
      const operators: string[] = [];
      const walk = (plan: { operatorType: string; children: (typeof plan)[] }) => {
        operators.push(plan.operatorType);
        plan.children.forEach(walk);
      };
      assert.ok(summary.plan);
      walk(summary.plan as Parameters<typeof walk>[0]);
      const reading = operators.filter((one) => /Scan|Seek|Expand|CountFromCountStore/.test(one));
      assert.equal(reading.length, name === 'count-label' ? 3 : 2);
      assert.ok(
        reading.every((one) => /CountFromCountStore/.test(one)),
        reading.join(),
      );
    }
  });
});
