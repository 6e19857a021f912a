import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { cypher, withNames } from '../../src/graph/cypher.js';
import { newName } from '../../src/graph/names.js';
import { run, useGraph } from '../_neo4j.js';

const held = useGraph();
const [HUB, RING] = [1500, 1500];

/** Facts of a type, half of them a hub's, and one between nodes of another source. */
describe('the facts that tell what is usual', () => {
  before(() =>
    run(
      held.graph,
      `CREATE (hub:Thing {n: 0, v: [0.0]}), (:Other {v: [-1.0]})-[:HAS]->(:Other {v: [-1.0]})
     WITH hub UNWIND range(1, $hub) AS n CREATE (hub)-[:HAS]->(:Thing {n: n, v: [1.0 * n]})
     WITH count(*) AS made UNWIND range(1, $ring) AS n
     MATCH (a:Thing {n: n}), (b:Thing {n: n % $ring + 1}) CREATE (a)-[:HAS]->(b)`,
      { hub: BigInt(HUB), ring: BigInt(RING) },
    ),
  );

  const sample = async (most: number) => {
    const text = withNames(cypher('query-type-sample'), { TYPE: newName('relationship type', 'HAS') });
    const found = await run<{ head: number[]; tail: number[] }>(held.graph, text, {
      labels: ['Thing'],
      slot: 'v',
      most: BigInt(most),
    });
    return found.map(({ head: [head], tail: [tail] }) => ({ head, tail }));
  };

  it('are evenly chosen of a hub and of others, and the same each time', async () => {
    const found = await sample(200);
    assert.ok(found.length > 150 && found.length <= 200, `${found.length} facts`);
    const ofHub = found.filter(({ head }) => head === 0).length;
    assert.ok(ofHub > 60 && ofHub < 140, `${ofHub} facts of the hub`);
    for (let from = 0; from < RING; from += 300) {
      const here = found.filter(({ tail }) => tail > from && tail <= from + 300).length;
      assert.ok(here > 20 && here < 60, `${here} facts of the tails from ${from}`);
    }
    assert.deepEqual(await sample(200), found);
  });

  it('are all where there are few, and some where very few are asked for', async () => {
    assert.equal((await sample(10_000)).length, HUB + RING);
    assert.ok((await sample(20)).length > 8);
    assert.ok((await sample(5)).length > 0, 'of the hundred times as many that are looked at');
  });
});
