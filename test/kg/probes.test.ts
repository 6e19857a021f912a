import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ProbeOptions, probeQueries } from '../../src/kg/probes.js';
import type { Queries } from '../../src/kg/types.js';

const RELATIONS = 4;
type Query = readonly [entity: number, relation: number];

const columns = (queries: readonly Query[]): Queries => ({
  entity: Int32Array.from(queries, ([entity]) => entity),
  relation: Int32Array.from(queries, ([, relation]) => relation),
});
const pairs = ({ entity, relation }: Queries): Query[] => Array.from(entity, (e, i) => [e, relation[i]]);

/** Each (entity, relation) held against each relation of the entity, by the definition. */
function plainProbes(queries: readonly Query[], options: ProbeOptions): Query[] {
  const has = (entity: number, relation: number) => queries.some(([e, r]) => e === entity && r === relation);
  const all = [...Array(options.rows).keys()];
  const relations = [...Array(options.relations).keys()];
  return all.flatMap((entity) =>
    relations
      .filter((b) => options.known[entity] && options.wanted[b] && !has(entity, b))
      .filter((b) =>
        relations.some((a) => {
          const holders = all.filter((e) => has(e, a));
          const both = holders.filter((e) => has(e, b));
          return has(entity, a) && holders.length >= 5 && both.length / holders.length >= options.threshold;
        }),
      )
      .map((b): Query => [entity, b]),
  );
}

/** Many entities and few relations, so that relations keep company. */
const worlds = fc.integer({ min: 1, max: 14 }).chain((rows) =>
  fc.record({
    has: fc.array(
      fc.array(
        fc.integer({ min: 0, max: 9 }).map((n) => n < 6),
        { minLength: RELATIONS, maxLength: RELATIONS },
      ),
      { minLength: rows, maxLength: rows },
    ),
    known: fc.array(
      fc.integer({ min: 0, max: 3 }).map((n) => Math.min(1, n)),
      { minLength: rows, maxLength: rows },
    ),
    wanted: fc.array(
      fc.integer({ min: 0, max: 3 }).map((n) => Math.min(1, n)),
      { minLength: RELATIONS, maxLength: RELATIONS },
    ),
    threshold: fc.constantFrom(0.2, 0.3, 0.5, 0.75, 1),
  }),
);

test('the probes are those of the definition, none of them a known query, sorted by entity and relation', () => {
  let probed = 0;
  fc.assert(
    fc.property(worlds, ({ has, known, wanted, threshold }) => {
      const queries = has.flatMap((mine, e) => mine.flatMap((holds, r): Query[] => (holds ? [[e, r]] : [])));
      const options = {
        known: Uint8Array.from(known),
        wanted: Uint8Array.from(wanted),
        threshold,
        rows: has.length,
        relations: RELATIONS,
      };
      const found = pairs(probeQueries(columns(queries), options));
      assert.deepEqual(found, plainProbes(queries, options));
      for (const [entity, relation] of found) {
        assert.ok(!has[entity][relation], 'a known query is no probe');
        assert.ok(known[entity] && wanted[relation]);
      }
      probed += found.length;
    }),
    { numRuns: 300 },
  );
  assert.ok(probed > 100, `${probed} probes in all`);
});

/** Entities 0..holders-1 have relation 0, the first `both` of them relation 1 as well. */
const company = (holders: number, both: number): Query[] =>
  [...Array(holders).keys()].flatMap((e): Query[] =>
    e < both
      ? [
          [e, 0],
          [e, 1],
        ]
      : [[e, 0]],
  );
const probesOf = (queries: readonly Query[], threshold: number, change: Partial<ProbeOptions> = {}) =>
  pairs(
    probeQueries(columns(queries), {
      known: new Uint8Array(10).fill(1),
      wanted: new Uint8Array(2).fill(1),
      threshold,
      rows: 10,
      relations: 2,
      ...change,
    }),
  );

test('a share at the threshold is enough, and a share below it is not', () => {
  assert.deepEqual(probesOf(company(8, 6), 0.75), [
    [6, 1],
    [7, 1],
  ]);
  assert.deepEqual(probesOf(company(8, 5), 0.75), []);
  assert.deepEqual(probesOf(company(8, 7), 1), []);
});

test('relations of fewer than five entities suggest nothing', () => {
  assert.deepEqual(probesOf(company(4, 3), 0.5), []);
  assert.deepEqual(probesOf(company(5, 4), 0.5), [[4, 1]]);
});

test('nothing is asked of entities and relations that the teacher does not know', () => {
  const known = new Uint8Array(10).fill(1);
  known[6] = 0;
  assert.deepEqual(probesOf(company(8, 6), 0.5, { known }), [[7, 1]]);
  assert.deepEqual(probesOf(company(8, 6), 0.5, { wanted: Uint8Array.of(1, 0) }), []);
  assert.deepEqual(probesOf([], 0.5), []);
});
