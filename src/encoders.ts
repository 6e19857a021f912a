/** What is known of encoders without TensorFlow: their kinds, geometries and usual settings. */

export const ENCODER_NAMES = [
  'complex',
  'distmult',
  'transe',
  'rotate',
  'gru',
  'lstm',
  'rsn',
  'transformer',
] as const;
export type EncoderName = (typeof ENCODER_NAMES)[number];

/** Relations a path at most: the Transformer has so many learned positions. */
export const LONGEST_PATH = 8;

export interface EncoderFacts {
  /** Triple encoders answer (h, r, ?); path encoders whole paths (h, r₁, r₂, …, ?). */
  readonly kind: 'triple' | 'path';
  /** Those that its queries are for, the usual one first. */
  readonly geometries: readonly ('dot' | 'unit' | 'l2')[];
  readonly optimiser: 'adagrad' | 'adam';
  readonly learningRate: number;
  /** N3 is made for the bilinear family, where it bounds what their scores can grow to. */
  readonly n3: { readonly teacher: number; readonly student: number };
  readonly layers: number;
}

const bilinear: EncoderFacts = {
  kind: 'triple',
  geometries: ['dot', 'unit'],
  optimiser: 'adagrad', // rows differ widely in how often they are seen
  learningRate: 0.2,
  n3: { teacher: 0.03, student: 0.05 },
  layers: 1,
};

const translation: EncoderFacts = {
  ...bilinear,
  geometries: ['l2', 'dot', 'unit'],
  n3: { teacher: 0, student: 0 },
};

const path: EncoderFacts = {
  kind: 'path',
  geometries: ['dot', 'unit', 'l2'],
  optimiser: 'adam', // shared layers see every row's gradient
  learningRate: 0.001,
  n3: { teacher: 0.01, student: 0.01 },
  layers: 1,
};

// Entity rows are seen once in many steps, and a recurrent layer bears larger ones.
const recurrent: EncoderFacts = { ...path, learningRate: 0.005 };

export const ENCODER_FACTS: Readonly<Record<EncoderName, EncoderFacts>> = {
  complex: bilinear,
  distmult: bilinear,
  transe: translation,
  rotate: translation,
  gru: recurrent,
  lstm: recurrent,
  rsn: recurrent,
  transformer: { ...path, layers: 2 },
};
