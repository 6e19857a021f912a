import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { cypher, withNames } from '../../src/graph/cypher.js';
import { newName } from '../../src/graph/names.js';
import { run, useGraph } from '../_neo4j.js';

const held = useGraph();
const SIZE = 1500;

describe('the facts that tell what is usual', () => {
  /** HAS: of a hub, and of a ring; LIKES: to the hub; and some between nodes that are another source's or have no vector. */
  before(() =>
    run(
      held.graph,
      `CREATE (hub:Thing {n: 0, v: [0.0]})
       CREATE (:Other {v: [-1.0]})-[:HAS]->(hub), (hub)-[:HAS]->(:Other {v: [-1.0]}), (hub)-[:HAS]->(:Thing)
       WITH hub UNWIND range(1, $size) AS n CREATE (hub)-[:HAS]->(a:Thing {n: n, v: [1.0 * n]})-[:LIKES]->(hub)
       WITH count(*) AS made UNWIND range(1, $size) AS n
       MATCH (a:Thing {n: n}), (b:Thing {n: n % $size + 1}) CREATE (a)-[:HAS]->(b)`,
      { size: BigInt(SIZE) },
    ),
  );

  const sample = async (type: string, most: number, share: number | null = null) => {
    const text = withNames(cypher('query-type-sample'), { TYPE: newName('relationship type', type) });
    const found = await run<{ head: number[]; tail: number[] }>(held.graph, text, {
      labels: ['Thing'],
      slot: 'v',
      most: BigInt(most),
      share,
    });
    return found.map(({ head: [head], tail: [tail] }) => ({ head, tail }));
  };

  // Bounds are far beyond what other internal ids change, and far from all and none.
  const spread = (numbers: readonly number[], expected: number) => {
    for (let from = 0; from < SIZE; from += 300) {
      const here = numbers.filter((n) => n > from && n <= from + 300).length;
      assert.ok(here > 0.3 * expected && here < 2 * expected, `${here} facts from ${from}`);
    }
  };

  it('are evenly chosen of a hub and of others, and the same each time', async () => {
    const found = await sample('HAS', 200);
    assert.ok(found.length > 140 && found.length <= 200, `${found.length} facts`);
    const ofHub = found.filter(({ head }) => head === 0).length;
    assert.ok(ofHub > 50 && ofHub < 150, `${ofHub} facts of the hub`);
    spread(
      found.map(({ tail }) => tail),
      40,
    );
    assert.deepEqual(await sample('HAS', 200), found);
    const liked = await sample('LIKES', 200);
    assert.ok(liked.length > 140 && liked.length <= 200, `${liked.length} facts`);
    spread(
      liked.map(({ head }) => head),
      40,
    );
  });

  it('are all where there are few or a share of 1 is asked for, and as many as are asked for where these are few', async () => {
    const all = await sample('HAS', 10_000);
    assert.equal(all.length, 2 * SIZE);
    assert.ok(all.every(({ head, tail }) => head >= 0 && tail >= 0));
    assert.deepEqual(await sample('HAS', 300, 1), all.slice(0, 300));
    assert.equal((await sample('HAS', 5)).length, 5);
  });
});
