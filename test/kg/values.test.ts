import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { linkedSubgraph } from '../../src/kg/subgraph.js';
import { isValueLabel, valueLabel, valueMask } from '../../src/kg/values.js';
import { columns, type Fact, facts, someFacts } from './_facts.js';
import { alignments, someLinks } from './_links.js';

const R = 2;

test('a label of values is told from a label of nodes, and values from nodes', () => {
  fc.assert(fc.property(fc.string(), (relation) => assert.ok(isValueLabel(valueLabel(relation)))));
  const entities = { keys: ['a', 'b', 'c'], labels: ['Film', '=IS', '=HAS'], label: Int32Array.of(1, 0, 2) };
  assert.deepEqual(valueMask(entities), Uint8Array.of(1, 0, 1));
  assert.equal(valueMask({ ...entities, labels: ['Film', 'IS', 'HAS='] }), undefined);
});

test('facts about values come into the background with linked nodes only, others with one linked end as well', () => {
  const graphs = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 6 })).chain((sizes) =>
    fc.record({
      sizes: fc.constant(sizes),
      links: someLinks(sizes),
      known: someFacts(sizes[1], R),
      // The last entities of the other source are values: never heads.
      nodes: fc.integer({ min: 1, max: sizes[1] }),
      hops: fc.constantFrom(0 as const, 1 as const),
    }),
  );
  fc.assert(
    fc.property(graphs, ({ sizes, links, known, nodes, hops }) => {
      const { classOf, count } = linkClasses(sizes, alignments(links));
      const all = known.map(([h, r, t]): Fact => [h % nodes, r, t]);
      const anchored = new Set(classOf[0]);
      const isAnchor = (entity: number) => anchored.has(classOf[1][entity]);
      const { background, extraClass } = linkedSubgraph({
        target: { name: 's0', entities: sizes[0], train: columns([]) },
        others: [
          {
            name: 's1',
            triples: columns(all),
            classOf: classOf[1],
            values: Uint8Array.from({ length: sizes[1] }, (_, e) => Number(e >= nodes)),
          },
        ],
        targetClassOf: classOf[0],
        classes: count,
        relations: R,
        hops,
      });
      const expected = all.filter(([h, , t]) =>
        hops === 0 ? isAnchor(h) && isAnchor(t) : t >= nodes ? isAnchor(h) : isAnchor(h) || isAnchor(t),
      );
      const classOfRow = [...classOf[0], ...extraClass];
      assert.deepEqual(
        new Set(facts(background).map(([h, r, t]) => [classOfRow[h], r, classOfRow[t]].join())),
        new Set(expected.map(([h, r, t]) => [classOf[1][h], r, classOf[1][t]].join())),
      );
    }),
    { numRuns: 300 },
  );
});
