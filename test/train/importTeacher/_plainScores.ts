import type { Scoring } from '../../../src/train/importTeacher/scoring.js';

type Vector = readonly number[];
const complexProduct = (a: Vector, b: Vector): number[] => {
  const n = a.length / 2;
  const at = (i: number) => [a[i], a[n + i], b[i], b[n + i]];
  const re = Array.from({ length: n }, (_, i) => at(i)).map(([x, y, u, v]) => x * u - y * v);
  const im = Array.from({ length: n }, (_, i) => at(i)).map(([x, y, u, v]) => x * v + y * u);
  return [...re, ...im];
};
const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
const distance = (a: Vector, b: Vector): number => Math.hypot(...a.map((x, i) => x - b[i]));

/** The scoring functions written out, on vectors as a teacher holds them. */
const QUERIES: Readonly<Record<Scoring, (h: Vector, r: Vector) => number[]>> = {
  complex: complexProduct,
  distmult: (h, r) => h.map((x, i) => x * r[i]),
  transe: (h, r) => h.map((x, i) => x + r[i]),
  rotate: (h, r) => complexProduct(h, [...r.map(Math.cos), ...r.map(Math.sin)]),
};

export function plainScore(scoring: Scoring, h: Vector, r: Vector, t: Vector): number {
  const query = QUERIES[scoring](h, r);
  return scoring === 'complex' || scoring === 'distmult' ? dot(query, t) : -distance(query, t);
}
