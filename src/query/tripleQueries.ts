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

const negated = (values: readonly number[]): number[] => values.map((x) => -x);

const REVERSED: Readonly<Record<string, (relation: readonly number[]) => readonly number[]>> = {
  complex: (relation) => relation.map((x, i) => (i < relation.length / 2 ? x : -x)),
  distmult: (relation) => relation,
  transe: negated,
  rotate: negated,
};

/**
 * The relation vector that turns a query round: with it an answer leads back to the entity that was asked about. For
 * ComplEx and DistMult it is the adjoint, q(e, r) · t = e · q(t, r'); for TransE and RotatE the inverse, q(q(e, r), r') = e.
 *
 * @example
 * reversed('transe', [1, -2]); // [-1, 2]
 */
export const reversed = (encoder: string, relation: readonly number[]): readonly number[] =>
  REVERSED[encoder](relation);
