/** No tensor here: a thread that makes batches loads no TensorFlow. */

/**
 * Weighted target distributions of a batch of queries at one temperature: for query i the loss is
 * Σ_j w_ij · (logsumexp(s_i / T) − s_ij / T), which is the cross-entropy to its known answers (T = 1, weights 1) and,
 * up to a constant, the KL divergence to a teacher's answers (weights the teacher's probabilities).
 *
 * It is kept as one label a row, whose fused kernel is fast, plus sparse corrections that put the rest right.
 */
export interface Targets {
  readonly temperature: number;
  /** [batch] one answer of each query. */
  readonly label: Int32Array;
  /** [batch] Σ_j w_ij. */
  readonly mass: Float32Array;
  /** Sparse corrections (row, column, coefficient), sorted by row. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly coefficient: Float32Array;
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
  const label = new Int32Array(batch);
  const mass = new Float32Array(batch);
  const room = offset[batch] - offset[0];
  const row = new Int32Array(room);
  const corrected = new Int32Array(room);
  const coefficient = new Float32Array(room);
  let n = 0;
  for (let i = 0; i < batch; i++) {
    const from = offset[i];
    const to = offset[i + 1];
    if (from === to) continue;
    label[i] = column[from];
    let sum = 0;
    for (let j = from; j < to; j++) sum += weight(j, i) * scale;
    mass[i] = sum;
    if (to === from + 1) continue; // the label alone says it all
    for (let j = from; j < to; j++) {
      row[n] = i;
      corrected[n] = column[j];
      coefficient[n++] = (j === from ? sum : 0) - weight(j, i) * scale;
    }
  }
  return {
    temperature,
    label,
    mass,
    row: row.slice(0, n),
    column: corrected.slice(0, n),
    coefficient: coefficient.slice(0, n),
  };
}
