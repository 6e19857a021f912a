import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import { linear, product } from '../tape.js';
import type { EncoderKind, PathShape, WeightSpec, Weights } from './encoder.js';
import { glorot, hiddenSpec, hopOf, inRows, withHidden } from './paths.js';
import { cubes } from './penalty.js';

/** A recurrent cell: its state is a list of [size, dim], the first of which is its output. */
interface Cell {
  readonly gates: number;
  /** @param input [size, gates · dim], the token's part of the gates */
  step(input: Tensor2D, state: readonly Tensor2D[], weights: Weights, layer: number): Tensor2D[];
  start(size: number, dim: number): Tensor2D[];
}

const parts = (x: Tensor2D, count: number): Tensor2D[] => tf.split(x, count, 1) as Tensor2D[];

/** GRU (Cho et al. 2014), with the reset gate after the product, as common kernels have it. */
const gru: Cell = {
  gates: 3,
  start: (size, dim) => [tf.zeros([size, dim])],
  step(input, [h], weights, layer) {
    const recurrent = linear(h, weights[`recurrent${layer}`], weights[`recurrentBias${layer}`]);
    const [xz, xr, xn] = parts(input, 3);
    const [hz, hr, hn] = parts(recurrent, 3);
    const z = tf.sigmoid(tf.add(xz, hz));
    const candidate = tf.tanh(tf.add(xn, tf.mul(tf.sigmoid(tf.add(xr, hr)), hn)));
    return [tf.add(candidate, tf.mul(z, tf.sub(h, candidate))) as Tensor2D];
  },
};

/** LSTM (Hochreiter and Schmidhuber 1997), the forget gate open at first. */
const lstm: Cell = {
  gates: 4,
  start: (size, dim) => [tf.zeros([size, dim]), tf.zeros([size, dim])],
  step(input, [h, c], weights, layer) {
    const recurrent = linear(h, weights[`recurrent${layer}`], weights[`recurrentBias${layer}`]);
    const [i, f, g, o] = parts(tf.add(input, recurrent) as Tensor2D, 4);
    const kept = tf.mul(tf.sigmoid(tf.add(f, 1)), c);
    const cell = tf.add(kept, tf.mul(tf.sigmoid(i), tf.tanh(g))) as Tensor2D;
    return [tf.mul(tf.sigmoid(o), tf.tanh(cell)) as Tensor2D, cell];
  },
};

function cellSpecs(cell: Cell, dim: number, layers: number): WeightSpec[] {
  return Array.from({ length: layers }, (_, layer): WeightSpec[] => [
    { name: `input${layer}`, shape: [dim, cell.gates * dim], start: glorot(dim, dim) },
    { name: `inputBias${layer}`, shape: [cell.gates * dim], start: { constant: 0 } },
    { name: `recurrent${layer}`, shape: [dim, cell.gates * dim], start: glorot(dim, dim) },
    { name: `recurrentBias${layer}`, shape: [cell.gates * dim], start: { constant: 0 } },
  ]).flat();
}

/**
 * Outputs at the relations by layer, each [positions, dim]: the cell reads e₀, r₁, e₁, r₂ … token by token.
 *
 * @param entity [positions, dim] @param relation [positions, dim]
 */
function statesOf(
  cell: Cell,
  entity: Tensor2D,
  relation: Tensor2D,
  weights: Weights,
  paths: PathShape,
  layers: number,
): Tensor2D[] {
  const { size, hops } = paths;
  const dim = entity.shape[1];
  const states: Tensor2D[] = [];
  let inputs: [entity: Tensor2D, relation: Tensor2D] = [entity, relation];
  for (let layer = 0; layer < layers; layer++) {
    // All tokens' part of the gates in two products.
    const gates = inputs.map((x) => linear(x, weights[`input${layer}`], weights[`inputBias${layer}`]));
    let state = cell.start(size, dim);
    const outputs: [Tensor2D[], Tensor2D[]] = [[], []];
    for (let hop = 0; hop < hops; hop++)
      for (const token of [0, 1] as const) {
        state = cell.step(hopOf(gates[token], hop, paths), state, weights, layer);
        outputs[token].push(state[0]);
      }
    inputs = [inRows(outputs[0]), inRows(outputs[1])];
    states.push(inputs[1]);
  }
  return states;
}

const output = (dim: number): WeightSpec[] => [
  { name: 'output', shape: [dim, dim], start: glorot(dim, dim) },
  { name: 'outputBias', shape: [dim], start: { constant: 0 } },
];

/** A recurrent network over the tokens of a path: the query after a relation is a linear map of its hidden state. */
const network =
  (name: string, cell: Cell): EncoderKind =>
  ({ dim, layers }) => ({
    name,
    kind: 'path',
    width: { entity: dim, relation: dim, query: dim },
    weights: [hiddenSpec(dim), ...cellSpecs(cell, dim, layers), ...output(dim)],
    forward(entity, relation, weights, paths) {
      const seen = withHidden(entity, weights.hiddenEntity, paths);
      const states = statesOf(cell, seen, relation, weights, paths, layers);
      return { query: linear(states[layers - 1], weights.output, weights.outputBias), states };
    },
    penalty: cubes,
  });

export const gruNetwork = network('gru', gru);
export const lstmNetwork = network('lstm', lstm);

/**
 * RSN, the recurrent skipping network (Guo et al. 2019): after a relation the query is S₁ · hidden state + S₂ · subject
 * entity, so that a triple inside a path is learned as well as the path.
 */
export const rsn: EncoderKind = ({ dim, layers }) => ({
  name: 'rsn',
  kind: 'path',
  width: { entity: dim, relation: dim, query: dim },
  weights: [
    hiddenSpec(dim),
    ...cellSpecs(lstm, dim, layers),
    ...output(dim),
    { name: 'skip', shape: [dim, dim], start: glorot(dim, dim) },
  ],
  forward(entity, relation, weights, paths) {
    const seen = withHidden(entity, weights.hiddenEntity, paths);
    const states = statesOf(lstm, seen, relation, weights, paths, layers);
    const fromState = linear(states[layers - 1], weights.output, weights.outputBias);
    return { query: tf.add(fromState, product(seen, weights.skip as Tensor2D)) as Tensor2D, states };
  },
  penalty: cubes,
});
