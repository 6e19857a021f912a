/** The scoring functions that tables may be made for, by kgmentor's names of the encoders. */
export const SCORINGS = ['complex', 'distmult', 'transe', 'rotate'] as const;
export type Scoring = (typeof SCORINGS)[number];

/** The engines whose ways with tables are known. */
export const ENGINES = ['pykeen', 'dgl-ke', 'pbg'] as const;
export type Engine = (typeof ENGINES)[number];

/** What the numbers of a scoring function mean. */
export interface Formula {
  /** How queries meet entities. */
  readonly geometry: 'dot' | 'l2';
  readonly isComplex: boolean;
  /** A relation is one angle a complex number. */
  readonly isPhase: boolean;
  /** The vector of the reciprocal relation: score(h, r, t) = score(t, r⁻¹, h) for all h and t. */
  inverse(relation: Float32Array): Float32Array;
}

const conjugate = (r: Float32Array): Float32Array => r.map((x, i) => (i < r.length / 2 ? x : -x));
const negative = (r: Float32Array): Float32Array => r.map((x) => -x);

export const FORMULAS: Readonly<Record<Scoring, Formula>> = {
  /** Re⟨h ∘ r, conj(t)⟩ = Re⟨t ∘ conj(r), conj(h)⟩ */
  complex: { geometry: 'dot', isComplex: true, isPhase: false, inverse: conjugate },
  /** ⟨h ∘ r, t⟩ = ⟨t ∘ r, h⟩ */
  distmult: { geometry: 'dot', isComplex: false, isPhase: false, inverse: (r) => r.slice() },
  /** −|h + r − t|₂ = −|t − r − h|₂ */
  transe: { geometry: 'l2', isComplex: false, isPhase: false, inverse: negative },
  /** −|h ∘ e^{iφ} − t|₂ = −|t ∘ e^{−iφ} − h|₂ */
  rotate: { geometry: 'l2', isComplex: true, isPhase: true, inverse: negative },
};
