import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KgmentorError } from '../../src/errors.js';
import { seededRandom } from '../../src/kg/random.js';
import { walkStatistics } from '../../src/kg/walkStatistics.js';
import { continueWalks, type Walks, walkGraph } from '../../src/kg/walks.js';
import { columns, type Fact, someFacts } from './_facts.js';

const N = 6;
const R = 2;
const bias = fc.record({
  depth: fc.constantFrom(0, 0.1, 0.5, 0.9, 1),
  cross: fc.constantFrom(0, 0.1, 0.5, 0.9, 1),
});
const someWorld = someFacts(N, R)
  .filter((all) => all.length > 0)
  .chain((all) =>
    fc.record({
      all: fc.constant(all),
      source: fc.option(
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: all.length, maxLength: all.length }),
        { nil: undefined },
      ),
      hops: fc.nat(5),
      bias,
      seed: fc.nat(99),
    }),
  );
type World = typeof someWorld extends fc.Arbitrary<infer T> ? T : never;

/** Begins a walk with each fact, and one with each fact backwards. */
const startOf = (all: readonly Fact[], source?: readonly number[]) => ({
  before: Int32Array.from([...all.map(([h]) => h), ...all.map(([, , t]) => t)]),
  at: Int32Array.from([...all.map(([, , t]) => t), ...all.map(([h]) => h)]),
  ...(source && { mask: Int32Array.from([...source, ...source]) }),
});
const graphOf = (all: readonly Fact[], source?: readonly number[]) =>
  walkGraph({
    triples: columns(all),
    rows: N,
    relations: R,
    ...(source && { source: Int32Array.from(source) }),
  });
const walk = ({ all, source, hops, bias, seed }: World): Walks =>
  continueWalks(graphOf(all, source), startOf(all, source), hops, bias, seededRandom(seed));

/** The sources of an edge in the graph, or 0 where there is none. */
const edgeSources = ({ all, source }: World, head: number, relation: number, tail: number): number =>
  all.reduce(
    (mask, [h, r, t], i) =>
      (r === relation && h === head && t === tail) || (r + R === relation && t === head && h === tail)
        ? mask | (source ? source[i] : 1)
        : mask,
    0,
  );

test('every step of a walk is an edge of the graph, whatever the biases', () => {
  fc.assert(
    fc.property(someWorld, (world) => {
      const { relation, entity, mask, n, hops } = walk(world);
      const start = startOf(world.all);
      assert.deepEqual([n, hops, relation.length], [start.at.length, world.hops, n * hops]);
      assert.equal(mask !== undefined, world.source !== undefined);
      for (let k = 0; k < entity.length; k++) {
        const from = k < n ? start.at[k] : entity[k - n];
        const sources = edgeSources(world, from, relation[k], entity[k]);
        assert.notEqual(sources, 0, `step ${k}: ${from} ${relation[k]} ${entity[k]} is no edge`);
        if (mask) assert.equal(mask[k], sources);
      }
    }),
    { numRuns: 300 },
  );
});

test('equal seeds make equal walks, and the order of the triples does not matter', () => {
  fc.assert(
    fc.property(someWorld, fc.nat(99), (world, turn) => {
      const walks = walk(world);
      assert.deepEqual(walk(world), walks);
      const { all, source, hops, bias, seed } = world;
      const moved = <T>(list: readonly T[]) => {
        const at = turn % list.length;
        return [...list.slice(at), ...list.slice(0, at)].reverse();
      };
      const graph = graphOf(moved(all), source && moved(source));
      assert.deepEqual(continueWalks(graph, startOf(all, source), hops, bias, seededRandom(seed)), walks);
    }),
  );
});

test('other seeds make other walks', () => {
  const all: Fact[] = [0, 1, 2, 3, 4, 5].flatMap((h) => [0, 1, 2, 3].map((t): Fact => [h, 0, t]));
  const walks = (seed: number) => [
    ...walk({ all, source: undefined, hops: 4, bias: { depth: 0.5, cross: 0.5 }, seed }).entity,
  ];
  assert.notDeepEqual(walks(1), walks(2));
});

/**
 * Row 1, reached from row 0, has edges of all kinds: back to 0 and to its neighbour 2, on to 3, 4 and 5; of the last
 * edge's source 1, of source 2, of both.
 */
const fork: Fact[] = [
  [0, 0, 1],
  [0, 1, 2],
  [1, 0, 2],
  [1, 1, 2],
  [1, 0, 3],
  [4, 0, 1],
  [1, 1, 5],
  [5, 0, 5],
];
const forkSources = [1, 1, 1, 2, 2, 1, 3, 1];

/** Expected share of each edge of row 1 by the definition. */
function plainShares(depth: number, cross: number, lastSources: number | undefined): Map<string, number> {
  const near = [0, 1, 2];
  const weights = new Map<string, number>();
  for (const [i, [h, r, t]] of fork.entries())
    for (const [from, relation, to] of [
      [h, r, t],
      [t, r + R, h],
    ])
      if (from === 1) {
        const shares = lastSources === undefined || (forkSources[i] & lastSources) !== 0;
        const sourceWeight = lastSources === undefined ? 1 : shares ? 1 - cross : cross;
        weights.set(`${relation} ${to}`, sourceWeight * (near.includes(to) ? 1 - depth : depth));
      }
  const total = [...weights.values()].reduce((a, b) => a + b);
  return new Map([...weights].map(([edge, weight]) => [edge, weight / total]));
}

for (const [depth, cross, mask] of [
  [0.5, 0.5, 1],
  [0.9, 0.5, 1],
  [0.1, 0.5, 1],
  [0.5, 0.8, 1],
  [0.8, 0.8, 1],
  [0.7, 0.2, 2],
  [1, 0.6, 1],
  [0.8, 0.9, undefined],
] as const)
  test(`steps at depth ${depth} and cross ${cross}${mask ? ` after source ${mask}` : ''} follow their weights`, () => {
    const n = 20_000;
    const start = {
      before: new Int32Array(n),
      at: new Int32Array(n).fill(1),
      ...(mask && { mask: new Int32Array(n).fill(mask) }),
    };
    const walks = continueWalks(graphOf(fork, forkSources), start, 1, { depth, cross }, seededRandom(3));
    const found = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const edge = `${walks.relation[i]} ${walks.entity[i]}`;
      found.set(edge, (found.get(edge) ?? 0) + 1);
    }
    let chiSquare = 0;
    for (const [edge, share] of plainShares(depth, cross, mask)) {
      const count = found.get(edge) ?? 0;
      if (share === 0) assert.equal(count, 0, edge);
      else chiSquare += (count - n * share) ** 2 / (n * share);
    }
    assert.ok(chiSquare < 20.5, `chi-square ${chiSquare}`); // 99.9 % with five degrees of freedom
  });

test('without sources the cross bias says nothing', () => {
  const n = 20_000;
  const start = { before: new Int32Array(n), at: new Int32Array(n).fill(1) };
  const walks = continueWalks(graphOf(fork), start, 1, { depth: 0.5, cross: 1 }, seededRandom(5));
  for (const to of [0, 3, 4, 5]) {
    const count = walks.entity.filter((e) => e === to).length;
    assert.ok(Math.abs(count - n / 6) < 4 * Math.sqrt(n / 6), `${count} steps to ${to}`);
  }
});

/** A ring with chords: from every row there are ways back, near and far. */
const ring: Fact[] = [0, 1, 2, 3, 4, 5].map((h) => [h, 0, (h + 1) % N]);

test('a higher depth goes back less often', () => {
  const repeated = [0.1, 0.5, 0.9].map((depth) => {
    const start = startOf(Array.from({ length: 300 }, () => ring).flat());
    const walks = continueWalks(graphOf(ring), start, 3, { depth, cross: 0.5 }, seededRandom(1));
    return walkStatistics(start, walks).repeated;
  });
  assert.ok(repeated[0] > repeated[1] + 0.1 && repeated[1] > repeated[2] + 0.1, repeated.join());
});

test('a higher cross bias changes sources more often', () => {
  const both: Fact[] = [...ring, ...ring.map(([h, , t]): Fact => [h, 1, t])];
  const source = both.map(([, r]) => r + 1);
  const crossing = [0.1, 0.5, 0.9].map((cross) => {
    const start = startOf(Array.from({ length: 300 }, () => both).flat(), source);
    const mask = Int32Array.from(start.at, (_, i) => source[i % source.length]);
    const walks = continueWalks(
      graphOf(both, source),
      { ...start, mask },
      3,
      { depth: 0.5, cross },
      seededRandom(1),
    );
    return walkStatistics({ ...start, mask }, walks).crossing as number;
  });
  for (const [i, expected] of [0.1, 0.5, 0.9].entries())
    assert.ok(Math.abs(crossing[i] - expected) < 0.02, `${crossing[i]} of ${expected}`);
});

test('statistics equal a count one walk at a time', () => {
  fc.assert(
    fc.property(someWorld, (world) => {
      const walks = walk(world);
      const start = startOf(world.all, world.source);
      let [repeated, crossing, distinct] = [0, 0, 0];
      for (let i = 0; i < walks.n; i++) {
        const steps = Array.from({ length: walks.hops }, (_, s) => s * walks.n + i);
        const entities = [start.before[i], start.at[i], ...steps.map((k) => walks.entity[k])];
        repeated += entities.filter((e, at) => at > 1 && entities.indexOf(e) < at).length;
        distinct += new Set(entities).size;
        const masks = [start.mask?.[i] ?? 0, ...steps.map((k) => walks.mask?.[k] ?? 0)];
        crossing += masks.filter((mask, at) => at > 0 && (mask & masks[at - 1]) === 0).length;
      }
      const total = walks.n * walks.hops;
      assert.deepEqual(walkStatistics(start, walks), {
        walks: walks.n,
        steps: total,
        ...(world.source && { crossing: total && crossing / total }),
        repeated: total && repeated / total,
        distinct: distinct / walks.n,
      });
    }),
  );
});

test('a walk cannot begin on a row without edges', () => {
  const start = { before: Int32Array.of(0), at: Int32Array.of(5) };
  assert.throws(
    () => continueWalks(graphOf([[0, 0, 1]]), start, 1, { depth: 0.5, cross: 0.5 }, seededRandom(1)),
    (error: KgmentorError) =>
      error instanceof KgmentorError && /row 5, which has no edge/.test(error.message),
  );
});
