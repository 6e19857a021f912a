/** The distillation losses that act on narrow tensors; prediction distillation lives in the head's own logits. */
import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import { matMul } from './ops.js';
import { product } from './tape.js';

const unitRows = (x: Tensor2D): Tensor2D =>
  tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-12))) as Tensor2D;

/**
 * Feature distillation: Σ_i w_i · (1 − cos(P·student_i, teacher_i)), the projected student vector against the
 * teacher's (after the hint layers of Romero et al. 2015).
 *
 * @param student [n, student width], differentiated
 * @param projection [student width, teacher width], learned and dropped after training
 * @param teacher [n, teacher width]
 * @param weight [n, 1], 0 for rows without a link
 */
export function featureLoss(
  student: Tensor2D,
  projection: Tensor2D,
  teacher: Tensor2D,
  weight: Tensor2D,
): Scalar {
  const cosine = tf.sum(tf.mul(unitRows(product(student, projection)), unitRows(teacher)), 1, true); // [n, 1]
  return tf.sum(tf.mul(tf.sub(1, cosine), weight)) as Scalar;
}

/**
 * Network distillation for triple encoders: the similarity structure of a batch's queries,
 * Σ_ij m_i m_j (cos(q_i, q_j) − cos(p_i, p_j))² / Σ_ij m_i m_j (after relational distillation, Park et al. 2019). It
 * needs no projection, so it works across kinds and sizes.
 *
 * @param student [n, width] queries, differentiated
 * @param teacher [n, teacher width] the teacher's queries
 * @param mask [n, 1], 0 where the teacher cannot ask the query
 */
export function networkLoss(student: Tensor2D, teacher: Tensor2D, mask: Tensor2D): Scalar {
  const s = tf.mul(unitRows(student), mask) as Tensor2D;
  const t = tf.mul(unitRows(teacher), mask) as Tensor2D;
  const difference = tf.sub(product(s, s, true), matMul(t, t, false, true)); // [n, n]
  const pairs = tf.maximum(tf.square(tf.sum(mask)), 1);
  return tf.div(tf.sum(tf.square(difference)), pairs) as Scalar;
}

/**
 * Network distillation of attention: Σ_i w_i · Σ_tokens Σ (a_i − b_i)² / tokens, map against map (after Jiao et al.
 * 2020); heads are compared by their mean, so their numbers may differ.
 *
 * @param student [n, tokens, tokens], differentiated @param teacher [n, tokens, tokens] @param weight [n]
 */
export function attentionLoss(student: Tensor3D, teacher: Tensor3D, weight: Tensor1D): Scalar {
  const squared = tf.sum(tf.square(tf.sub(student, teacher)), [1, 2]); // [n]
  return tf.div(tf.sum(tf.mul(squared, weight)), student.shape[1]) as Scalar;
}

/**
 * Pulls softly linked rows together: Σ_i w_i (1 − cos(left_i, right_i)) / n, or the squared distance where distance is
 * what the geometry compares.
 *
 * @param left [n, width] @param right [n, width], both differentiated @param weight [n, 1] confidences
 */
export function linkLoss(left: Tensor2D, right: Tensor2D, weight: Tensor2D, byDistance: boolean): Scalar {
  const apart = byDistance
    ? tf.sum(tf.square(tf.sub(left, right)), 1, true)
    : tf.sub(1, tf.sum(tf.mul(unitRows(left), unitRows(right)), 1, true)); // [n, 1]
  return tf.div(tf.sum(tf.mul(apart, weight)), left.shape[0]) as Scalar;
}
