import fc from 'fast-check';
import type { Triples } from '../../src/kg/types.js';

export type Fact = readonly [head: number, relation: number, tail: number];

/** Facts in columns. */
export const columns = (facts: readonly Fact[]): Triples => ({
  head: Int32Array.from(facts, ([h]) => h),
  relation: Int32Array.from(facts, ([, r]) => r),
  tail: Int32Array.from(facts, ([, , t]) => t),
});

export type Weighted = readonly [head: number, relation: number, tail: number, weight: number];

/** Facts with their weights in columns. */
export const weightedColumns = (all: readonly Weighted[]): Triples => ({
  ...columns(all.map(([h, r, t]) => [h, r, t])),
  weight: Float32Array.from(all, ([, , , weight]) => weight),
});

/** Columns as facts with their weights, 1 where there are none. */
export const weighted = (triples: Triples): Weighted[] =>
  facts(triples).map(([h, r, t], i): Weighted => [h, r, t, triples.weight?.[i] ?? 1]);

/** Few ids and few weights, so that facts meet; each weight is exact in 32 bits. */
export const someWeighted = (entities: number, relations: number): fc.Arbitrary<Weighted[]> =>
  fc
    .tuple(someFacts(entities, relations), fc.infiniteStream(fc.constantFrom(0.25, 0.5, 1, 2, 8)))
    .map(([all, weights]) => all.map(([h, r, t]): Weighted => [h, r, t, weights.next().value as number]));

/** Each fact once with the largest of its weights, sorted. */
export const heaviest = (all: readonly Weighted[]): Weighted[] => {
  const best = new Map<string, Weighted>();
  for (const one of all) {
    const key = one.slice(0, 3).join();
    if (one[3] > (best.get(key)?.[3] ?? 0)) best.set(key, one);
  }
  return [...best.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
};

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
