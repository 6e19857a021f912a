import fc from 'fast-check';
import { type RankingOptions, rankingQueries } from '../../src/evaluate/filters.js';
import type { RankingQueries } from '../../src/evaluate/types.js';
import { columns, type Fact, someFacts } from '../kg/_facts.js';

/** The definitions written down one comparison at a time, against which the library is tested. */
export interface PlainQuery {
  readonly entity: number;
  /** Without reciprocals. */
  readonly relation: number;
  readonly asksHead: boolean;
  readonly answer: number;
}

/** Whether `fact` says that `candidate` answers the query. */
export const answers = ({ entity, relation, asksHead }: PlainQuery, fact: Fact, candidate: number): boolean =>
  fact[1] === relation &&
  (asksHead ? fact[2] === entity && fact[0] === candidate : fact[0] === entity && fact[2] === candidate);

export const plainQueries = (asked: readonly Fact[], directions: 'tails' | 'both'): PlainQuery[] => [
  ...asked.map(([h, r, t]) => ({ entity: h, relation: r, asksHead: false, answer: t })),
  ...(directions === 'both'
    ? asked.map(([h, r, t]) => ({ entity: t, relation: r, asksHead: true, answer: h }))
    : []),
];

/** Mean rank of the answer among the candidates that `isRanked` keeps, each compared with it. */
export function plainRank(
  answer: number,
  entities: number,
  isRanked: (candidate: number) => boolean,
  compare: (candidate: number, answer: number) => number,
): number {
  let greater = 0;
  let equal = 0;
  for (let c = 0; c < entities; c++) {
    if (c === answer || !isRanked(c)) continue;
    const order = compare(c, answer);
    if (order > 0) greater++;
    else if (order === 0) equal++;
  }
  return 1 + greater + equal / 2;
}

export interface World {
  readonly entities: number;
  readonly relations: number;
  readonly directions: 'tails' | 'both';
  readonly label: Int32Array | undefined;
  readonly asked: Fact[];
  readonly known: Fact[][];
  readonly queries: RankingQueries;
  readonly plain: PlainQuery[];
  /** The candidate is of the answer's label and no other known answer of the query. */
  isRanked(query: PlainQuery, candidate: number): boolean;
}

/** Held-out and known facts of a small graph, with both directions or one, with labels or without. */
export const someWorld: fc.Arbitrary<World> = fc
  .record({
    entities: fc.integer({ min: 1, max: 7 }),
    relations: fc.integer({ min: 1, max: 3 }),
    directions: fc.constantFrom('tails' as const, 'both' as const),
    labels: fc.integer({ min: 0, max: 3 }),
  })
  .chain(({ entities, relations, directions, labels }) =>
    fc
      .record({
        label:
          labels === 0
            ? fc.constant(undefined)
            : fc.array(fc.nat(labels - 1), { minLength: entities, maxLength: entities }),
        asked: someFacts(entities, relations),
        known: fc.array(someFacts(entities, relations), { maxLength: 3 }),
      })
      .map(({ label: drawn, asked, known: other }) => {
        const label = drawn && Int32Array.from(drawn);
        // the held-out facts themselves are often known as well, as under the filter `full`
        const known = other.length === 3 ? [...other.slice(1), asked] : other;
        const options: RankingOptions = { relations, directions, label };
        return {
          entities,
          relations,
          directions,
          label,
          asked,
          known,
          queries: rankingQueries(columns(asked), known.map(columns), options),
          plain: plainQueries(asked, directions),
          isRanked: (query: PlainQuery, candidate: number) =>
            (!label || label[candidate] === label[query.answer]) &&
            !known.flat().some((fact) => answers(query, fact, candidate)),
        };
      }),
  );
