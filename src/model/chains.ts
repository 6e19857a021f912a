/** The operations of `FusedOps` as chains of TensorFlow's own: on GPUs, on WebAssembly, and where kernels are missing. */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { tf } from './backend.js';
import type { FusedOps, Heads, LstmStep } from './ops.js';

const mul = (x: Tensor2D, y: Tensor2D): Tensor2D => tf.mul(x, y);
const add = (x: Tensor2D, y: Tensor2D): Tensor2D => tf.add(x, y);

const halves = (x: Tensor2D): [Tensor2D, Tensor2D] => tf.split(x, 2, 1) as [Tensor2D, Tensor2D];
const joined = (re: Tensor2D, im: Tensor2D): Tensor2D => tf.concat([re, im], 1) as Tensor2D;
const roots = (values: Tensor2D, least: number): Tensor2D =>
  tf.tidy(() => tf.sqrt(tf.maximum(values, least)));

/** Rows [size · tokens, dim] → [size · heads, tokens, width]. */
const byHead = (x: Tensor2D, { size, tokens, heads }: Heads): Tensor3D => {
  const width = x.shape[1] / heads;
  const apart = tf.transpose(tf.reshape(x, [size, tokens, heads, width]), [0, 2, 1, 3]);
  return tf.reshape(apart, [size * heads, tokens, width]);
};
/** The way back. */
const inRows = (x: Tensor3D, { size, tokens, heads }: Heads): Tensor2D => {
  const width = x.shape[2];
  const together = tf.transpose(tf.reshape(x, [size, heads, tokens, width]), [0, 2, 1, 3]);
  return tf.reshape(together, [size * tokens, heads * width]);
};

/** What backends have kernels of their own for. */
interface Given {
  readonly exponentials: FusedOps['exponentials'];
  /** dy · y (1 − y): the gradient by what y is the sigmoid of. */
  readonly sigmoidGradient: (y: Tensor2D, dy: Tensor2D) => Tensor2D;
  /** dy · (1 − y²): the gradient by what y is the tanh of. */
  readonly tanhGradient: (y: Tensor2D, dy: Tensor2D) => Tensor2D;
}

export const chains = ({ exponentials, sigmoidGradient, tanhGradient }: Given): FusedOps => ({
  exponentials,
  widened: (x, by, tail) =>
    tf.tidy(() => {
      const [constants, factors] = tf.split(tail, 2, 0); // [1, k]
      const squares = tf.sum(tf.square(x), 1, true); // [n, 1]
      return tf.concat(
        [by === 1 ? x : tf.mul(x, by), tf.add(constants, tf.mul(factors, squares))],
        1,
      ) as Tensor2D;
    }),
  roots,
  minus: (a, b, c) => tf.tidy(() => tf.sub(a, tf.mul(b, c))),
  complexProduct: (x, y) =>
    tf.tidy(() => {
      const [[a, b], [c, d]] = [halves(x), halves(y)];
      return joined(tf.sub(mul(a, c), mul(b, d)), add(mul(a, d), mul(b, c)));
    }),
  // By d times the other one's conjugate.
  complexProductBack: (given, x, y) =>
    tf.tidy(() => {
      const [d, e] = halves(given);
      const by = (other: Tensor2D): Tensor2D => {
        const [a, b] = halves(other);
        return joined(add(mul(d, a), mul(e, b)), tf.sub(mul(e, a), mul(d, b)));
      };
      return { dx: by(y), dy: by(x) };
    }),
  cubes: (x, isComplex) =>
    tf.tidy(() => {
      if (!isComplex) {
        const byRows = mul(x, tf.abs(x));
        return { byRows, sum: tf.sum(mul(x, byRows), 1, true) as Tensor2D };
      }
      const [re, im] = halves(x);
      const square = add(tf.square(re), tf.square(im)); // [n, width / 2]
      const size = tf.sqrt(square);
      return { byRows: mul(x, joined(size, size)), sum: tf.sum(mul(square, size), 1, true) as Tensor2D };
    }),
  standings: (values, own) => tf.tidy(() => tf.sum(tf.sign(tf.sub(values, tf.expandDims(own, 1))), 1)),
  columnSums: (values) => tf.sum(values, 0),
  lstmStep: (token, bias, before): LstmStep =>
    tf.tidy(() => {
      const given = before ? add(token, before.gates) : token;
      const [i, f, c, o] = tf.split(tf.add(given, bias), 4, 1) as Tensor2D[];
      const [input, forget, candidate, output] = [tf.sigmoid(i), tf.sigmoid(f), tf.tanh(c), tf.sigmoid(o)];
      const fresh = mul(input, candidate);
      const cell = before ? add(mul(forget, before.cell), fresh) : fresh;
      const seen = tf.tanh(cell);
      const gates = tf.concat([input, forget, candidate, output], 1) as Tensor2D;
      return { gates, cell, seen, hidden: mul(output, seen) };
    }),
  lstmStepBack: ({ gates, seen }, before, given, later) =>
    tf.tidy(() => {
      const [input, forget, candidate, output] = tf.split(gates, 4, 1) as Tensor2D[];
      const dHidden = later ? add(given, later.dHidden) : given;
      const byOutput = tanhGradient(seen, mul(dHidden, output));
      const dCell = later ? add(byOutput, later.dCell) : byOutput;
      const dGates = tf.concat(
        [
          sigmoidGradient(input, mul(dCell, candidate)),
          before ? sigmoidGradient(forget, mul(dCell, before)) : tf.zerosLike(dCell),
          tanhGradient(candidate, mul(dCell, input)),
          sigmoidGradient(output, mul(dHidden, seen)),
        ],
        1,
      ) as Tensor2D;
      return { dGates, dCell: mul(dCell, forget) };
    }),
  normalise: (x, scale, shift) =>
    tf.tidy(() => {
      const centred = tf.sub(x, tf.mean(x, 1, true)); // [n, width]
      const variance = tf.mean(tf.square(centred), 1, true); // [n, 1]
      const inverse = tf.rsqrt(tf.add(variance, 1e-5)) as Tensor2D;
      const normal = tf.mul(centred, inverse) as Tensor2D;
      return { y: tf.add(tf.mul(normal, scale), shift) as Tensor2D, normal, inverse };
    }),
  normaliseBack: (dy, { normal, inverse }, scale) =>
    tf.tidy(() => {
      const d = tf.mul(dy, scale); // [n, width]
      const along = tf.mul(normal, tf.mean(tf.mul(d, normal), 1, true));
      const dx = tf.mul(inverse, tf.sub(tf.sub(d, tf.mean(d, 1, true)), along)) as Tensor2D;
      return { dx, byScale: mul(dy, normal) };
    }),
  attentionWeights: (queryKey, by) =>
    tf.tidy(() => {
      const { tokens } = by;
      const [query, key] = halves(queryKey).map((x) => byHead(x, by));
      const ahead = tf.sub(tf.linalg.bandPart(tf.ones([tokens, tokens]), -1, 0), 1); // 0 allowed, -1 ahead
      const near = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(query.shape[2]));
      return tf.softmax(tf.add(near, tf.mul(ahead, 1e9))) as Tensor3D;
    }),
  attentionWeightsBack: (queryKey, weights, d, by) =>
    tf.tidy(() => {
      const [query, key] = halves(queryKey).map((x) => byHead(x, by));
      const along = tf.sum(tf.mul(weights, d), 2, true); // [size · heads, tokens, 1]
      const near = tf.mul(tf.mul(weights, tf.sub(d, along)), 1 / Math.sqrt(query.shape[2])) as Tensor3D;
      return joined(inRows(tf.matMul(near, key), by), inRows(tf.matMul(near, query, true, false), by));
    }),
  attentionMix: (weights, value, by) => tf.tidy(() => inRows(tf.matMul(weights, byHead(value, by)), by)),
  attentionMixBack: (weights, value, given, by) =>
    tf.tidy(() => {
      const [d, v] = [byHead(given, by), byHead(value, by)];
      return {
        dWeights: tf.matMul(d, v, false, true),
        dValue: inRows(tf.matMul(weights, d, true, false), by),
      };
    }),
});
