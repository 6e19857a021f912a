import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { linkedSubgraph } from '../../src/kg/subgraph.js';
import { columns, compareFacts, type Fact, facts, someFacts } from './_facts.js';
import { alignments, someLinks } from './_links.js';

const R = 2;
const graphs = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }).chain((sizes) =>
  fc.record({
    sizes: fc.constant(sizes),
    links: someLinks(sizes),
    known: fc.tuple(...sizes.map((size) => someFacts(size, R))),
    hops: fc.constantFrom(0, 1),
  }),
);

function subgraphOf(
  classOf: readonly Int32Array[],
  known: readonly Fact[][],
  count: number,
  hops: number,
): ReturnType<typeof linkedSubgraph> {
  return linkedSubgraph({
    target: { name: 's0', entities: classOf[0].length, train: columns(known[0]) },
    others: known
      .slice(1)
      .map((all, i) => ({ name: `s${i + 1}`, triples: columns(all), classOf: classOf[i + 1] })),
    targetClassOf: classOf[0],
    classes: count,
    relations: R,
    hops: hops as 0 | 1,
  });
}

test('the background is what the other sources say about linked entities, with the number that say it', () => {
  fc.assert(
    fc.property(graphs, ({ sizes, links, known, hops }) => {
      const { classOf, count } = linkClasses(sizes, alignments(links));
      const found = subgraphOf(classOf, known, count, hops);
      const classes = [...classOf[0], ...found.extraClass];
      const anchored = new Set(classOf[0]);
      const saidBy = new Map<string, Set<number>>();
      const extra = new Set<number>();
      for (const [s, all] of known.entries())
        for (const [h, r, t] of s === 0 ? [] : all) {
          const outside = [classOf[s][h], classOf[s][t]].filter((id) => !anchored.has(id));
          if (outside.length > hops) continue;
          for (const id of outside) extra.add(id);
          const fact = [classes.indexOf(classOf[s][h]), r, classes.indexOf(classOf[s][t])].join();
          saidBy.set(fact, (saidBy.get(fact) ?? new Set()).add(s));
        }
      const background = facts(found.background);
      assert.deepEqual(
        new Map(background.map((fact, i) => [fact.join(), found.votes[i]])),
        new Map([...saidBy].map(([fact, by]) => [fact, by.size])),
      );
      assert.equal(background.length, saidBy.size, 'no fact twice');
      assert.deepEqual(background, [...background].sort(compareFacts));
      assert.deepEqual(
        [...found.extraClass],
        [...extra].sort((a, b) => a - b),
        'one row a class, sorted',
      );
      assert.equal(found.rows, sizes[0] + extra.size);
      assert.deepEqual(facts(found.own), known[0]);
    }),
    { numRuns: 300 },
  );
});

test('of two target entities in one class the first stands for it', () => {
  const { background } = linkedSubgraph({
    target: { name: 'target', entities: 2, train: columns([]) },
    others: [{ name: 'other', triples: columns([[0, 1, 0]]), classOf: Int32Array.of(0) }],
    targetClassOf: Int32Array.of(0, 0),
    classes: 1,
    relations: R,
    hops: 0,
  });
  assert.deepEqual(facts(background), [[0, 1, 0]]);
});
