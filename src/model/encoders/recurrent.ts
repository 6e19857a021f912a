import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import { linear, product } from '../tape.js';
import type { EncoderKind, PathShape, WeightSpec, Weights } from './encoder.js';
import { lstmLayer } from './lstmLayer.js';
import { glorot, hiddenSpec, inRows, withHidden } from './paths.js';
import { cubes } from './penalty.js';

/** A layer's weights: [dim, gates · dim] and biases [gates · dim]. */
type CellWeights = Readonly<Record<'input' | 'inputBias' | 'recurrent' | 'recurrentBias', Tensor>>;

/** A recurrent cell over tokens. */
interface Cell {
  readonly gates: number;
  /**
   * @param tokens [tokens · size, dim], token by token
   * @returns hidden states [tokens · size, dim]
   */
  run(tokens: Tensor2D, weights: CellWeights, size: number): Tensor2D;
}

const parts = (x: Tensor2D, count: number): Tensor2D[] => tf.split(x, count, 1) as Tensor2D[];

/** GRU (Cho et al. 2014), with the reset gate after the product, as common kernels have it. */
const gru: Cell = {
  gates: 3,
  run(tokens, { input, inputBias, recurrent, recurrentBias }, size) {
    const outputs: Tensor2D[] = [];
    const given = linear(tokens, input, inputBias); // all tokens' part of the gates in one product
    let h: Tensor2D = tf.zeros([size, recurrent.shape[0]]);
    for (const token of tf.split(given, given.shape[0] / size, 0) as Tensor2D[]) {
      const [xz, xr, xn] = parts(token, 3);
      const [hz, hr, hn] = parts(linear(h, recurrent, recurrentBias), 3);
      const z = tf.sigmoid(tf.add(xz, hz));
      const candidate = tf.tanh(tf.add(xn, tf.mul(tf.sigmoid(tf.add(xr, hr)), hn)));
      h = tf.add(candidate, tf.mul(z, tf.sub(h, candidate))) as Tensor2D;
      outputs.push(h);
    }
    return inRows(outputs);
  },
};

/** LSTM (Hochreiter and Schmidhuber 1997), the forget gate open at first. */
const lstm: Cell = {
  gates: 4,
  run(tokens, { input, inputBias, recurrent, recurrentBias }, size) {
    const dim = recurrent.shape[0];
    const open = tf.concat([tf.zeros([dim]), tf.ones([dim]), tf.zeros([2 * dim])]);
    const bias = tf.add(tf.add(inputBias, recurrentBias), open) as Tensor1D;
    return lstmLayer(product(tokens, input as Tensor2D), recurrent as Tensor2D, bias, size);
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
  const perHop = (x: Tensor2D) => tf.reshape(x, [hops, size * dim]);
  let tokens = tf.reshape(tf.concat([perHop(entity), perHop(relation)], 1), [2 * hops * size, dim]);
  const states: Tensor2D[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const of = (name: string) => weights[`${name}${layer}`];
    const mine = {
      input: of('input'),
      inputBias: of('inputBias'),
      recurrent: of('recurrent'),
      recurrentBias: of('recurrentBias'),
    };
    tokens = cell.run(tokens as Tensor2D, mine, size);
    const pairs = tf.reshape(tokens, [hops, 2 * size * dim]);
    const second = tf.slice(pairs, [0, size * dim], [hops, size * dim]);
    states.push(tf.reshape(second, [hops * size, dim]) as Tensor2D);
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
