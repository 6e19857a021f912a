import { complexProduct } from '../tape.js';
import type { EncoderKind } from './encoder.js';
import { complexCubes } from './penalty.js';

/**
 * ComplEx (Trouillon et al. 2016): vectors are complex, written as [re | im]. The score of (h, r, t) is
 * Re⟨h ∘ r, conj(t)⟩ = q · t with q = h ∘ r, so one product scores all tails. Heads are asked by reciprocal relations
 * (Lacroix et al. 2018), whose N3 penalty is Σ |x|³ over the complex numbers x.
 */
export const complex: EncoderKind = ({ dim }) => ({
  name: 'complex',
  kind: 'triple',
  width: { entity: dim, relation: dim, query: dim },
  weights: [],
  forward: (entity, relation) => ({ query: complexProduct(entity, relation), states: [] }),
  penalty: complexCubes,
});
