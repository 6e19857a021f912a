import { KgmentorError } from '../errors.js';

/**
 * The linear map of least squares with a ridge: W minimises Σ |x W − y|² + λ n |W|², by the normal equations and Cholesky's
 * factor (Hoerl and Kennard 1970).
 *
 * @param x [n, from] by rows @param y [n, to] by rows
 * @param lambda weight of the ridge beside the mean square of the columns of x, above 0
 * @returns W [from, to] by rows
 * @example
 * ridge(Float64Array.of(1, 2), Float64Array.of(2, 4), { from: 1, to: 1, lambda: 1e-9 }); // [2]
 */
export function ridge(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { from, to, lambda }: { from: number; to: number; lambda: number },
): Float64Array {
  const n = x.length / from;
  const gram = new Float64Array(from * from); // xᵀx, the lower half
  const right = new Float64Array(from * to); // xᵀy
  for (let k = 0; k < n; k++)
    for (let i = 0; i < from; i++) {
      const xi = x[k * from + i];
      for (let j = 0; j <= i; j++) gram[i * from + j] += xi * x[k * from + j];
      for (let j = 0; j < to; j++) right[i * to + j] += xi * y[k * to + j];
    }
  let trace = 0;
  for (let i = 0; i < from; i++) trace += gram[i * from + i];
  for (let i = 0; i < from; i++) gram[i * from + i] += (lambda * trace) / from;
  return solve(gram, right, from, to);
}

/**
 * Solves A W = B for a symmetric, positive definite A, of which the lower half is read and overwritten.
 *
 * @param a [size, size] @param b [size, columns], overwritten
 * @throws KgmentorError UNEXPECTED where A is not positive definite
 */
export function solve(a: Float64Array, b: Float64Array, size: number, columns: number): Float64Array {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j];
      for (let k = 0; k < j; k++) sum -= a[i * size + k] * a[j * size + k];
      if (i > j) a[i * size + j] = sum / a[j * size + j];
      else if (sum > 0) a[i * size + i] = Math.sqrt(sum);
      else throw new KgmentorError('UNEXPECTED', 'Least squares has no single answer.');
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < size; i++) {
      let sum = b[i * columns + c];
      for (let k = 0; k < i; k++) sum -= a[i * size + k] * b[k * columns + c];
      b[i * columns + c] = sum / a[i * size + i];
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = b[i * columns + c];
      for (let k = i + 1; k < size; k++) sum -= a[k * size + i] * b[k * columns + c];
      b[i * columns + c] = sum / a[i * size + i];
    }
  }
  return b;
}
