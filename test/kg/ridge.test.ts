import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussians, seededRandom } from '../../src/kg/random.js';
import { ridge, solve } from '../../src/kg/ridge.js';

const [N, FROM, TO] = [200, 6, 3];
const random = seededRandom(3);
const x = gaussians(N * FROM, 1, random);
const map = gaussians(FROM * TO, 1, random);
const product = (a: ArrayLike<number>, b: ArrayLike<number>, rows: number, inner: number, columns: number) =>
  Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return Array.from({ length: inner }, (_, k) => a[i * inner + k] * b[k * columns + j]).reduce(
      (s, v) => s + v,
      0,
    );
  });
const near = (a: ArrayLike<number>, b: ArrayLike<number>, by: number) => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i] - b[i]) < by, `${i}: ${a[i]}, ${b[i]}`);
};

test('a linear map is found again from its pairs', () => {
  near(ridge(x, product(x, map, N, FROM, TO), { from: FROM, to: TO, lambda: 1e-9 }), map, 1e-4);
});

test('a ridge makes the map shorter, and gives one where pairs are fewer than unknowns', () => {
  const y = product(x, map, N, FROM, TO);
  const length = (w: ArrayLike<number>) => Math.hypot(...Array.from(w));
  assert.ok(length(ridge(x, y, { from: FROM, to: TO, lambda: 1 })) < 0.8 * length(map));
  const few = ridge(x.subarray(0, 2 * FROM), y.slice(0, 2 * TO), { from: FROM, to: TO, lambda: 1e-6 });
  near(product(x.subarray(0, 2 * FROM), few, 2, FROM, TO), y.slice(0, 2 * TO), 1e-3);
});

test('a system that is not positive definite is refused', () => {
  assert.throws(() => solve(Float64Array.of(1, 0, 2, 1), new Float64Array(2), 2, 1), { code: 'UNEXPECTED' });
});
