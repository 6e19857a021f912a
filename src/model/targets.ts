/** No tensor here: a thread that makes batches loads no TensorFlow. */

/**
 * Weighted target distributions of a batch of queries at one temperature: for query i the loss is
 * Σ_j w_ij · (logsumexp(s_i / T) − s_ij / T), which is the cross-entropy to its known answers (T = 1, weights 1) and,
 * up to a constant, the KL divergence to a teacher's answers (weights the teacher's probabilities).
 */
export interface Targets {
  readonly temperature: number;
  /** [batch] Σ_j w_ij. */
  readonly mass: Float32Array;
  /** Answers (row, column, weight), sorted by row. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly weight: Float32Array;
}

/**
 * Targets of a batch from compressed rows: answers of query i are `column[offset[i]..offset[i+1])`.
 *
 * @param scale multiplies every weight: 1 / batch makes the loss a mean.
 */
export function makeTargets(
  offset: ArrayLike<number>,
  column: ArrayLike<number>,
  weight: (at: number, row: number) => number,
  options: { temperature?: number; scale?: number } = {},
): Targets {
  const { temperature = 1, scale = 1 } = options;
  const batch = offset.length - 1;
  const first = offset[0];
  const count = offset[batch] - first;
  const mass = new Float32Array(batch);
  const row = new Int32Array(count);
  const weights = new Float32Array(count);
  for (let i = 0; i < batch; i++) {
    let sum = 0;
    for (let j = offset[i]; j < offset[i + 1]; j++) {
      row[j - first] = i;
      weights[j - first] = weight(j, i) * scale;
      sum += weights[j - first];
    }
    mass[i] = sum;
  }
  const columns = Int32Array.from({ length: count }, (_, n) => column[first + n]);
  return { temperature, mass, row, column: columns, weight: weights };
}
