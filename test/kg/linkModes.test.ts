import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linkClasses } from '../../src/kg/classes.js';
import { LINK_RELATION, type LinkMode, teacherGraph } from '../../src/kg/linkModes.js';
import { columns, distinct, type Fact, facts, someFacts } from './_facts.js';
import { alignments, type Link, linksOf, someLinks } from './_links.js';

const R = 2;
const NAMES = ['a', 'b'];
const graphs = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((sizes) =>
  fc.record({
    sizes: fc.constant(sizes),
    links: someLinks(sizes),
    known: fc.tuple(...sizes.map((size) => someFacts(size, R))),
  }),
);
type Drawn = { sizes: number[]; links: Link[]; known: Fact[][] };

const made = ({ sizes, links, known }: Drawn, mode: LinkMode) => {
  const classes = linkClasses(sizes, alignments(links), { threshold: 0.5 });
  const graph = teacherGraph({
    sources: sizes.map((entities, index) => ({
      name: `s${index}`,
      index,
      entities,
      triples: columns(known[index]),
    })),
    classes,
    alignments: alignments(links),
    relations: NAMES,
    mode,
  });
  return { classes, graph };
};

/** Facts of all sources on rows of their own: source by source. */
const own = ({ sizes, known }: Drawn) => {
  const from = sizes.map((_, s) => sizes.slice(0, s).reduce((a, b) => a + b, 0));
  const place = (s: number, entity: number) => from[s] + entity;
  return {
    place,
    all: known.flatMap((mine, s) => mine.map(([h, r, t]): Fact => [place(s, h), r, place(s, t)])),
  };
};

const pairs = ({ left, right, weight }: { left: Int32Array; right: Int32Array; weight: Float32Array }) =>
  [...left].map((a, i) => [a, right[i], weight[i]]);

test('all modes but share give each entity a row; soft leaves the facts as they are and pulls all linked pairs', () => {
  fc.assert(
    fc.property(graphs, (drawn) => {
      const { graph, classes } = made(drawn, 'soft');
      const { place, all } = own(drawn);
      assert.equal(
        graph.joint.rows,
        drawn.sizes.reduce((a, b) => a + b, 0),
      );
      assert.deepEqual(facts(graph.joint.triples), distinct(all));
      const wanted = linksOf(classes.soft)
        .concat(
          drawn.links.filter(
            (l) => classes.classOf[l.leftSource][l.left] === classes.classOf[l.rightSource][l.right],
          ),
        )
        .map((l) => [place(l.leftSource, l.left), place(l.rightSource, l.right), l.confidence])
        .filter(([a, b]) => a !== b);
      const order = (rows: number[][]) => rows.map(String).sort();
      const found = pairs(graph.pairs);
      assert.deepEqual(new Set(order(found)), new Set(order(wanted)));
    }),
  );
});

test('swap adds each fact with every linked entity in place of one of its ends', () => {
  fc.assert(
    fc.property(graphs, (drawn) => {
      const { graph, classes } = made(drawn, 'swap');
      const { place, all } = own(drawn);
      const classOf = drawn.sizes.flatMap((_, s) => [...classes.classOf[s]]);
      const others = (row: number) =>
        [...classOf.keys()].filter((o) => o !== row && classOf[o] === classOf[row]);
      const wanted = all.flatMap(([h, r, t]): Fact[] => [
        [h, r, t],
        ...others(h).map((o): Fact => [o, r, t]),
        ...others(t).map((o): Fact => [h, r, o]),
      ]);
      assert.deepEqual(facts(graph.joint.triples), distinct(wanted));
      assert.equal(place(0, 0), 0);
    }),
  );
});

test('relation adds the links within classes as triples of one more relation', () => {
  fc.assert(
    fc.property(graphs, (drawn) => {
      const { graph, classes } = made(drawn, 'relation');
      const { place, all } = own(drawn);
      assert.deepEqual(graph.relations, [...NAMES, LINK_RELATION]);
      assert.equal(graph.joint.relations, R + 1);
      const links = drawn.links
        .filter((l) => classes.classOf[l.leftSource][l.left] === classes.classOf[l.rightSource][l.right])
        .map((l): Fact => [place(l.leftSource, l.left), R, place(l.rightSource, l.right)])
        .filter(([a, , b]) => a !== b);
      assert.deepEqual(distinct(facts(graph.joint.triples)), distinct([...all, ...links]));
      assert.equal(graph.joint.source.length, graph.joint.triples.head.length);
    }),
  );
});

test('share pulls together only what the classes leave out', () => {
  fc.assert(
    fc.property(graphs, (drawn) => {
      const { graph, classes } = made(drawn, 'share');
      const rows = linksOf(classes.soft)
        .map((l) => [
          graph.joint.rowOf[l.leftSource][l.left],
          graph.joint.rowOf[l.rightSource][l.right],
          l.confidence,
        ])
        .filter(([a, b]) => a !== b);
      assert.deepEqual(pairs(graph.pairs), rows);
    }),
  );
});
