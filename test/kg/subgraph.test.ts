import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { jointGraph } from '../../src/kg/joint.js';
import { linkedSubgraph, teacherLink } from '../../src/kg/subgraph.js';
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
      assert.deepEqual(new Set(found.extraClass), extra);
      assert.equal(found.extraClass.length, extra.size, 'one row a class');
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

test('a student row meets the teacher row with most triple ends among those that its class reaches', () => {
  // The teacher knew some of the links, the student knows all.
  const pairs = graphs.chain((graph) => fc.tuple(fc.constant(graph), fc.subarray(graph.links)));
  fc.assert(
    fc.property(pairs, ([{ sizes, links, known, hops }, fewer]) => {
      const { classOf, count } = linkClasses(sizes, alignments(links));
      const { rows, extraClass } = subgraphOf(classOf, known, count, hops);
      const chosen = [...sizes.keys()].slice(1);
      const before = linkClasses(sizes, alignments(fewer), { sources: chosen });
      const sources = chosen.map((s) => ({ name: `s${s}`, entities: sizes[s], triples: columns(known[s]) }));
      const { rowOf, rows: teacherRows } = jointGraph(
        sources,
        chosen.map((s) => before.classOf[s]),
        R,
      );
      const others = chosen.map((s, i) => ({
        classOf: classOf[s],
        rowOf: rowOf[i],
        triples: columns(known[s]),
      }));
      const link = teacherLink({
        targetClassOf: classOf[0],
        extraClass,
        entities: sizes[0],
        rows,
        others,
        teacherRows,
      });
      const degree = (row: number) =>
        chosen
          .flatMap((s, i) => known[s].flatMap(([h, , t]) => [rowOf[i][h], rowOf[i][t]]))
          .filter((end) => end === row).length;
      const expected = [...classOf[0], ...extraClass].map((id) => {
        const reached = chosen.flatMap((s, i) =>
          [...rowOf[i]].filter((_, entity) => classOf[s][entity] === id),
        );
        return reached.sort((a, b) => degree(b) - degree(a) || a - b)[0] ?? -1;
      });
      assert.deepEqual([...link], expected);
    }),
    { numRuns: 300 },
  );
});
