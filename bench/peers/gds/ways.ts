import { knownAnswers } from '../../../src/evaluate/filters.js';
import type { RankingQueries } from '../../../src/evaluate/types.js';
import type { Triples } from '../../../src/kg/types.js';
import type { Vectors } from '../rankVectors.js';

/**
 * How vectors that know no relations answer (h, r, ?): by their likeness to h's vector, or, as a fair extra, to that
 * vector moved by the mean difference of the ends of r's known facts.
 */
export const WAYS = ['dot', 'cosine', 'cosine, moved', 'distance, moved'] as const;
export type Way = (typeof WAYS)[number];

/**
 * The tables with which the product's evaluation ranks one way: q = h + r, where r is 0 or the mean of t − h.
 *
 * @param vectors [entities, dim] @param train known facts @param relations without reciprocals
 */
export function waysTables(
  way: Way,
  vectors: Float32Array,
  dim: number,
  { train, relations }: { readonly train: Triples; readonly relations: number },
): Vectors {
  const entity = way === 'dot' ? vectors : unitRows(vectors, dim);
  const moved = way === 'cosine, moved' || way === 'distance, moved';
  const relation = moved ? means(entity, dim, train, relations) : new Float32Array(2 * relations * dim);
  const geometry = way === 'distance, moved' ? 'l2' : 'dot';
  return { scoring: { encoder: 'transe', geometry }, dim, entity, relation };
}

/** Rows of length 1; rows of zeros stay. */
function unitRows(vectors: Float32Array, dim: number): Float32Array {
  const out = new Float32Array(vectors.length);
  for (let from = 0; from < vectors.length; from += dim) {
    let squares = 0;
    for (let i = from; i < from + dim; i++) squares += vectors[i] ** 2;
    if (squares > 0) for (let i = from; i < from + dim; i++) out[i] = vectors[i] / Math.sqrt(squares);
  }
  return out;
}

/** [2R, dim] mean of t − h over the facts of each relation, then the same for the way back. */
function means(entity: Float32Array, dim: number, train: Triples, relations: number): Float32Array {
  const out = new Float32Array(2 * relations * dim);
  const count = new Int32Array(relations);
  for (const relation of train.relation) count[relation]++;
  for (const [f, relation] of train.relation.entries())
    for (let i = 0; i < dim; i++) {
      const difference = entity[train.tail[f] * dim + i] - entity[train.head[f] * dim + i];
      out[relation * dim + i] += difference / count[relation];
      out[(relations + relation) * dim + i] -= difference / count[relation];
    }
  return out;
}

/** The same queries without the asked node among the candidates: it is most like itself. */
export function withoutSelf(queries: RankingQueries): RankingQueries {
  const { entity, answer, filter } = queries;
  const offset = new Int32Array(entity.length + 1);
  const left: number[] = [];
  for (let i = 0; i < entity.length; i++) {
    const known = knownAnswers(filter, i).filter((one) => one !== answer[i]);
    left.push(...known);
    if (answer[i] !== entity[i] && !known.includes(entity[i])) left.push(entity[i]);
    offset[i + 1] = left.length;
  }
  return { ...queries, filter: { offset, entity: Int32Array.from(left) } };
}
