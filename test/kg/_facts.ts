import fc from 'fast-check';
import type { Triples } from '../../src/kg/types.js';

export type Fact = readonly [head: number, relation: number, tail: number];

/** Facts in columns. */
export const columns = (facts: readonly Fact[]): Triples => ({
  head: Int32Array.from(facts, ([h]) => h),
  relation: Int32Array.from(facts, ([, r]) => r),
  tail: Int32Array.from(facts, ([, , t]) => t),
});

/** Columns as facts. */
export const facts = ({ head, relation, tail }: Triples): Fact[] =>
  Array.from(head, (h, i) => [h, relation[i], tail[i]]);

export const compareFacts = (a: Fact, b: Fact): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

/** Each fact once, sorted. */
export const distinct = (all: readonly Fact[]): Fact[] =>
  [...new Map(all.map((fact) => [fact.join(), fact])).values()].sort(compareFacts);

/** Few ids, so that facts meet. */
export const someFacts = (entities: number, relations: number): fc.Arbitrary<Fact[]> =>
  entities === 0
    ? fc.constant([])
    : fc.array(fc.tuple(fc.nat(entities - 1), fc.nat(relations - 1), fc.nat(entities - 1)));
