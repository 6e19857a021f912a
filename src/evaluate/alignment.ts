import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../model/backend.js';
import { matMul } from '../model/ops.js';
import { rank } from './ranks.js';

/** Neighbours whose mean cosine tells how crowded a vector's surroundings are. */
const NEIGHBOURS = 10;
/** Cosines computed at once, so that memory does not grow with the product of both sides. */
const MOST_CELLS = 1 << 22;

/** How near two vectors are: cosine, or cosine corrected for crowded surroundings. */
export type Nearness = 'cosine' | 'csls';

/** Rows of equal length: [rows, width]. */
const unit = (rows: Tensor2D): Tensor2D =>
  tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), 1e-12))) as Tensor2D;

/** Calls `work` with chunks of the rows of unit vectors and their cosines [chunk, m] with all of `to`. */
function byChunks(from: Tensor2D, to: Tensor2D, work: (cosines: Tensor2D, start: number) => void): void {
  const [rows] = from.shape;
  const size = Math.max(1, Math.floor(MOST_CELLS / Math.max(1, to.shape[0])));
  for (let start = 0; start < rows; start += size)
    tf.tidy(() => {
      const part = tf.slice(from, [start, 0], [Math.min(size, rows - start), -1]);
      work(matMul(part, to, false, true), start);
    });
}

/** [rows] mean cosine of each row of `from` with its nearest ones in `to`. */
function crowding(from: Tensor2D, to: Tensor2D): Float32Array {
  const out = new Float32Array(from.shape[0]);
  const k = Math.min(NEIGHBOURS, to.shape[0]);
  byChunks(from, to, (cosines, start) => {
    out.set(tf.mean(tf.topk(cosines, k, false).values, 1).dataSync(), start);
  });
  return out;
}

export interface AlignmentRanks {
  /** [pairs] rank of the right entity among all right ones, asked by the left one; 1 the best. */
  readonly forward: Float64Array;
  /** [pairs] the other way round. */
  readonly backward: Float64Array;
}

/**
 * Ranks of known pairs among all entities of the other side, ties at their mean rank. CSLS is
 * 2 cos(x, y) − r(x) − r(y) with r the mean cosine to the ten nearest ones of the other side (Lample et al. 2018,
 * "Word translation without parallel data", section 2.3).
 *
 * @param left [n, width] vectors of the left entities that may be asked or answered
 * @param right [m, width] of the right ones
 * @param pairs rows of `left` and `right` that belong together
 * @example
 * metricsOf(alignmentRanks(left, right, { left: rows, right: others }, 'csls').forward).hits1;
 */
export function alignmentRanks(
  left: Tensor2D,
  right: Tensor2D,
  pairs: { readonly left: Int32Array; readonly right: Int32Array },
  nearness: Nearness,
): AlignmentRanks {
  let ranks = { forward: new Float64Array(0), backward: new Float64Array(0) };
  if (pairs.left.length === 0) return ranks;
  tf.tidy(() => {
    const [x, y] = [unit(left), unit(right)];
    ranks = {
      forward: oneWay(x, y, pairs.left, pairs.right, nearness),
      backward: oneWay(y, x, pairs.right, pairs.left, nearness),
    };
  });
  return ranks;
}

/** The asked one's own crowding is the same for all candidates: 2 cos(x, y) − r(y) orders them. */
function oneWay(
  from: Tensor2D,
  to: Tensor2D,
  asked: Int32Array,
  answer: Int32Array,
  nearness: Nearness,
): Float64Array<ArrayBuffer> {
  const n = asked.length;
  const [candidates] = to.shape;
  const crowd = nearness === 'csls' ? crowding(to, from) : new Float32Array(candidates);
  const table = tf.concat([tf.mul(to, 2), tf.mul(tf.tensor2d(crowd, [candidates, 1]), -1)], 1) as Tensor2D;
  const query = (rows: Int32Array) =>
    tf.concat([tf.gather(from, tf.tensor1d(rows, 'int32')), tf.ones([rows.length, 1])], 1) as Tensor2D;
  const chunk = Math.max(1, Math.min(512, Math.floor(MOST_CELLS / candidates)));
  return rank(
    { table, query },
    {
      entity: asked,
      relation: new Int32Array(n),
      answer,
      filter: { offset: new Int32Array(n + 1), entity: new Int32Array(0) },
    },
    chunk,
  ) as Float64Array<ArrayBuffer>;
}

/** Pairs that are each other's nearest ones, as columns. */
export interface NearestPairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** CSLS of the pair. */
  readonly similarity: Float32Array;
  /** By how much it is above the next best one of either end. */
  readonly margin: Float32Array;
}

/** Nearer than this by rounding alone. */
const EQUAL = 1e-6;

/**
 * Mutual nearest neighbours under CSLS, in the order of the left rows. A tie is no nearest neighbour.
 *
 * @param left [n, width] @param right [m, width]
 */
export function mutualNearest(left: Tensor2D, right: Tensor2D): NearestPairs {
  const [n] = left.shape;
  const [m] = right.shape;
  const [x, y] = tf.tidy(() => [unit(left), unit(right)]);
  const crowdLeft = m > 0 ? crowding(x, y) : new Float32Array(n);
  const crowdRight = n > 0 ? crowding(y, x) : new Float32Array(m);
  const there = nearest(x, y, crowdRight);
  const back = nearest(y, x, crowdLeft);
  tf.dispose([x, y]);
  const rows: number[] = [];
  for (let i = 0; i < n; i++) {
    const j = there.at[i];
    if (m > 0 && back.at[j] === i && there.margin[i] > EQUAL && back.margin[j] > EQUAL) rows.push(i);
  }
  return {
    left: Int32Array.from(rows),
    right: Int32Array.from(rows, (i) => there.at[i]),
    similarity: Float32Array.from(rows, (i) => there.best[i] - crowdLeft[i]),
    margin: Float32Array.from(rows, (i) => Math.min(there.margin[i], back.margin[there.at[i]])),
  };
}

/** For each row its best one by 2 cos − r and the distance to the next; of one candidate alone, to the least value. */
function nearest(from: Tensor2D, to: Tensor2D, crowd: Float32Array) {
  const [rows] = from.shape;
  const [candidates] = to.shape;
  const at = new Int32Array(rows);
  const best = new Float32Array(rows);
  const margin = new Float32Array(rows);
  if (candidates === 0) return { at, best, margin };
  byChunks(from, to, (cosines, start) => {
    const scores = tf.sub(tf.mul(cosines, 2), tf.tensor1d(crowd));
    const top = tf.topk(scores, Math.min(2, candidates));
    const values = top.values.dataSync();
    const indices = top.indices.dataSync();
    const k = Math.min(2, candidates);
    for (let i = 0; i < values.length / k; i++) {
      at[start + i] = indices[i * k];
      best[start + i] = values[i * k];
      margin[start + i] = values[i * k] - (k > 1 ? values[i * k + 1] : -4);
    }
  });
  return { at, best, margin };
}
