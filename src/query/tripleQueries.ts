/** Queries of triple encoders in plain arithmetic; `src/model/encoders` has the same over tensors. */

/**
 * The query of (entity, relation, ?).
 *
 * @param entity [dim] @param relation [dim], RotatE's [dim / 2]
 * @returns [dim]
 */
export type TripleQuery = (entity: readonly number[], relation: readonly number[]) => number[];

/** ComplEx: h ∘ r over complex numbers written as [re | im]. */
const complex: TripleQuery = (entity, relation) => {
  const half = entity.length / 2;
  return entity.map((_, i) =>
    i < half
      ? entity[i] * relation[i] - entity[i + half] * relation[i + half]
      : entity[i - half] * relation[i] + entity[i] * relation[i - half],
  );
};

const TRIPLE_QUERIES: Readonly<Record<string, TripleQuery>> = {
  complex,
  /** h ∘ r */
  distmult: (entity, relation) => entity.map((x, i) => x * relation[i]),
  /** h + r */
  transe: (entity, relation) => entity.map((x, i) => x + relation[i]),
  /** h ∘ e^{iφ}, each phase turns one complex number. */
  rotate: (entity, phases) => complex(entity, [...phases.map(Math.cos), ...phases.map(Math.sin)]),
};

/**
 * How a triple encoder makes queries; undefined for other encoders.
 *
 * @example
 * tripleQuery('transe')?.([1, 2], [3, 4]); // [4, 6]
 */
export const tripleQuery = (encoder: string): TripleQuery | undefined =>
  Object.hasOwn(TRIPLE_QUERIES, encoder) ? TRIPLE_QUERIES[encoder] : undefined;
