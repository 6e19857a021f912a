import { solve } from '../kg/ridge.js';
import { reversed, type TripleQuery, tripleQuery } from './tripleQueries.js';

/** A relation with its vectors: for (h, r, ?) and for (?, r, t). */
export interface RelationVectors {
  readonly name: string;
  readonly vector: readonly number[];
  readonly inverseVector: readonly number[];
}

/** A fact as a node sees it whose own vector is not known. */
export interface SeenFact {
  readonly relation: RelationVectors;
  /** Vector of the other end. */
  readonly other: readonly number[];
  /** Whether the node is the head. */
  readonly outgoing: boolean;
}

/** A fact of which both ends are known. */
export interface KnownFact {
  readonly relation: RelationVectors;
  readonly head: readonly number[];
  readonly tail: readonly number[];
}

export interface FitModel {
  readonly encoder: string;
  readonly geometry: 'dot' | 'unit' | 'l2';
}

/** What known facts tell of how nodes score, for one model. */
export interface Reference {
  /** [dim] mean of the nodes' vectors. */
  readonly mean: Float64Array;
  /** [dim] the same of the heads and of the tails of a relation. */
  readonly ends: ReadonlyMap<string, Float64Array>;
  /** Mean length of a node's vector. */
  readonly length: number;
  /** [dim · dim] mean of f fᵀ over the facts' forms. */
  readonly gram: Float64Array;
  /** Mean score of what is true. */
  readonly score: number;
}

/** Weight of all that a node has nothing to do with, of which it should score little, beside one form of its own. */
const OTHERS = 0.3;
/** Weight of the mean node that stands at such facts, beside one form. */
const PRIOR = 1;

/**
 * The vector that a node would have by its facts alone, the rest as it is, in closed form. Each fact gives two linear forms
 * of the vector e: that it answers its neighbour's query, q(neighbour, r⁻¹) · e, and that its own query finds the neighbour,
 * q(e, r) · neighbour. Under `dot` and `unit` ridge least squares gives them the score of true facts, and forms of other
 * facts none, as in matrix factorisation for implicit feedback (Hu, Koren and Volinsky 2008). Under `l2` both forms are
 * positions, and e is their mean with that of the nodes that stand at such facts.
 *
 * @param facts of the node, at least one
 * @returns [dim]
 * @example
 * fitVector({ encoder: 'transe', geometry: 'l2' }, facts, referenceOf(model, sample));
 */
export function fitVector(model: FitModel, facts: readonly SeenFact[], reference: Reference): number[] {
  const forms = facts.flatMap((fact) => formsOf(model, fact));
  const { length, gram, score } = reference;
  const dim = reference.mean.length;
  const mean = new Float64Array(dim);
  for (const { relation, outgoing } of facts) {
    const usual = reference.ends.get(endOf(relation, outgoing)) ?? reference.mean;
    for (let i = 0; i < dim; i++) mean[i] += usual[i] / facts.length;
  }
  if (model.geometry === 'l2') {
    const weight = forms.length + PRIOR;
    return Array.from(mean, (m, i) => (forms.reduce((sum, form) => sum + form[i], 0) + PRIOR * m) / weight);
  }
  const left = new Float64Array(dim * dim);
  const right = new Float64Array(dim);
  const trace = mean.reduce((sum, _, i) => sum + gram[i * dim + i], 0) / dim;
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) left[i * dim + j] = OTHERS * gram[i * dim + j];
    left[i * dim + i] += PRIOR * trace;
    right[i] = PRIOR * trace * mean[i];
  }
  for (const form of forms)
    for (let i = 0; i < dim; i++) {
      right[i] += (form[i] * score) / forms.length;
      for (let j = 0; j <= i; j++) left[i * dim + j] += (form[i] * form[j]) / forms.length;
    }
  const fitted = Array.from(solve(left, right, dim, 1));
  if (model.geometry === 'dot') return fitted;
  const own = lengthOf(fitted);
  return own > 0 ? fitted.map((x) => (x / own) * length) : fitted;
}

/** @param sample facts of the graph, at least one */
export function referenceOf(model: FitModel, sample: readonly KnownFact[]): Reference {
  const dim = sample[0].head.length;
  const mean = new Float64Array(dim);
  const gram = new Float64Array(dim * dim);
  const sums = new Map<string, { sum: Float64Array; count: number }>();
  let [length, score] = [0, 0];
  for (const { relation, head, tail } of sample)
    for (const [own, other, outgoing] of [
      [head, tail, true],
      [tail, head, false],
    ] as const) {
      for (let i = 0; i < dim; i++) mean[i] += own[i] / (2 * sample.length);
      const end = sums.get(endOf(relation, outgoing)) ?? { sum: new Float64Array(dim), count: 0 };
      sums.set(endOf(relation, outgoing), end);
      end.count++;
      for (let i = 0; i < dim; i++) end.sum[i] += own[i];
      length += lengthOf(own) / (2 * sample.length);
      const size = model.geometry === 'unit' ? lengthOf(own) : 1;
      for (const form of formsOf(model, { relation, other, outgoing })) {
        score += form.reduce((sum, x, i) => sum + (x * own[i]) / size, 0) / (4 * sample.length);
        for (let i = 0; i < dim; i++)
          for (let j = 0; j <= i; j++) gram[i * dim + j] += (form[i] * form[j]) / (4 * sample.length);
      }
    }
  const ends = new Map([...sums].map(([name, { sum, count }]) => [name, sum.map((x) => x / count)]));
  return { mean, ends, length, gram, score };
}

const endOf = ({ name }: RelationVectors, isHead: boolean): string => `${isHead ? 'head' : 'tail'} ${name}`;

/** How a fact looks at the node's vector: that it is an answer, and that it asks. */
function formsOf({ encoder, geometry }: FitModel, { relation, other, outgoing }: SeenFact): number[][] {
  const query = tripleQuery(encoder) as TripleQuery;
  const { vector, inverseVector } = relation;
  const [asks, answers] = outgoing ? [vector, inverseVector] : [inverseVector, vector];
  const size = geometry === 'unit' ? lengthOf(other) : 1;
  const neighbour = size > 0 ? other.map((x) => x / size) : other;
  return [query(other, answers), query(neighbour, reversed(encoder, asks))];
}

const lengthOf = (vector: readonly number[]): number => Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
