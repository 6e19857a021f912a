import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { jointGraph } from '../../src/kg/joint.js';
import { columns, distinct, type Fact, facts, someFacts } from './_facts.js';
import { alignments, someLinks } from './_links.js';

const R = 2;
const graphs = fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }).chain((sizes) =>
  fc.record({
    sizes: fc.constant(sizes),
    links: someLinks(sizes),
    known: fc.tuple(...sizes.map((size) => someFacts(size, R))),
    chosen: fc.shuffledSubarray([...sizes.keys()]),
  }),
);

test('the joint graph has one row a class of the chosen sources, by first member, and each fact once with its sources', () => {
  fc.assert(
    fc.property(graphs, ({ sizes, links, known, chosen }) => {
      const { classOf } = linkClasses(sizes, alignments(links), { sources: chosen });
      const joint = jointGraph(
        chosen.map((s) => ({ name: `s${s}`, entities: sizes[s], triples: columns(known[s]) })),
        chosen.map((s) => classOf[s]),
        R,
      );
      const classes = [...new Set(chosen.flatMap((s) => [...classOf[s]]))];
      assert.deepEqual(
        joint.rowOf.map((rows) => [...rows]),
        chosen.map((s) => Array.from(classOf[s], (id) => classes.indexOf(id))),
      );
      const expected = chosen.flatMap((s) =>
        known[s].map(
          ([h, r, t]): Fact => [classes.indexOf(classOf[s][h]), r, classes.indexOf(classOf[s][t])],
        ),
      );
      assert.deepEqual(facts(joint.triples), distinct(expected));
      const source = chosen.flatMap((s, at) => known[s].map(() => 1 << at));
      assert.deepEqual(
        [...joint.source],
        distinct(expected).map((fact) =>
          expected.reduce((mask, other, i) => (other.join() === fact.join() ? mask | source[i] : mask), 0),
        ),
      );
      assert.equal(joint.rows, classes.length);
      assert.equal(joint.relations, R);
      assert.deepEqual(
        joint.sources,
        chosen.map((s) => `s${s}`),
      );
    }),
  );
});
