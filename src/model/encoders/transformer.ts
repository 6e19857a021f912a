import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { LONGEST_PATH } from '../../encoders.js';
import { tf } from '../backend.js';
import { attentionMix, attentionWeights, layerNorm, linear, relu } from '../tape.js';
import type { EncoderKind, PathShape, WeightSpec, Weights } from './encoder.js';
import { glorot, hiddenSpec, withHidden } from './paths.js';
import { cubes } from './penalty.js';

/** Width of the feed-forward part over `dim`. */
const WIDER = 2;

function specs(dim: number, layers: number): WeightSpec[] {
  const norm = (name: string): WeightSpec[] => [
    { name: `${name}Scale`, shape: [dim], start: { constant: 1 } },
    { name: `${name}Shift`, shape: [dim], start: { constant: 0 } },
  ];
  const layer = (name: string, from: number, to: number): WeightSpec[] => [
    { name, shape: [from, to], start: glorot(from, to) },
    { name: `${name}Bias`, shape: [to], start: { constant: 0 } },
  ];
  return [
    hiddenSpec(dim),
    { name: 'position', shape: [2 * LONGEST_PATH, dim], start: { deviation: 0.1 } },
    ...Array.from({ length: layers }, (_, i) => [
      ...norm(`attentionNorm${i}`),
      ...layer(`attention${i}`, dim, 3 * dim),
      ...layer(`attended${i}`, dim, dim),
      ...norm(`forwardNorm${i}`),
      ...layer(`wide${i}`, dim, WIDER * dim),
      ...layer(`narrow${i}`, WIDER * dim, dim),
    ]).flat(),
    ...norm('outputNorm'),
    ...layer('output', dim, dim),
  ];
}

/** Tokens e₀, r₁, e₁, r₂ … of rows that lie hop by hop: [size · tokens, dim]. */
function tokensOf(entity: Tensor2D, relation: Tensor2D, { size, hops }: PathShape): Tensor2D {
  const dim = entity.shape[1];
  const perHop = (x: Tensor2D) => tf.reshape(x, [hops, size, dim]);
  const tokens = tf.stack([perHop(entity), perHop(relation)], 1); // [hops, 2, size, dim]
  const bySize = tf.transpose(tf.reshape(tokens, [2 * hops, size, dim]), [1, 0, 2]);
  return tf.reshape(bySize, [size * 2 * hops, dim]) as Tensor2D;
}

/** Rows of the relation tokens, hop by hop again: [positions, dim]. */
function atRelations(x: Tensor2D, { size, hops }: PathShape): Tensor2D {
  const dim = x.shape[1];
  const pairs = tf.reshape(x, [size, hops, 2, dim]);
  const relations = tf.reshape(tf.slice(pairs, [0, 0, 1, 0], [size, hops, 1, dim]), [size, hops, dim]);
  return tf.reshape(tf.transpose(relations, [1, 0, 2]), [hops * size, dim]) as Tensor2D;
}

function block(x: Tensor2D, weights: Weights, i: number, paths: PathShape, heads: number) {
  const dim = x.shape[1];
  const by = { size: paths.size, tokens: 2 * paths.hops, heads };
  const norm = (y: Tensor2D, name: string) => layerNorm(y, weights[`${name}Scale`], weights[`${name}Shift`]);
  const map = (y: Tensor2D, name: string) => linear(y, weights[name], weights[`${name}Bias`]);
  const seen = norm(x, `attentionNorm${i}`);
  // Queries and keys apart from values: cutting the weights costs less than cutting what they make.
  const [pairs, values] = tf.split(weights[`attention${i}`], [2 * dim, dim], 1);
  const [pairsBias, valuesBias] = tf.split(weights[`attention${i}Bias`], [2 * dim, dim]);
  const shares = attentionWeights(linear(seen, pairs, pairsBias), by); // [size · heads, tokens, tokens]
  const mixed = attentionMix(shares, linear(seen, values, valuesBias), by);
  const attended = tf.add(x, map(mixed, `attended${i}`)) as Tensor2D;
  const wide = relu(map(norm(attended, `forwardNorm${i}`), `wide${i}`));
  return {
    x: tf.add(attended, map(wide, `narrow${i}`)) as Tensor2D,
    attention: tf.mean(tf.reshape(shares, [by.size, heads, by.tokens, by.tokens]), 1) as Tensor3D,
  };
}

/** A causal Transformer over the tokens of a path (norm before each part); relation tokens predict the next entity. */
export const transformer: EncoderKind = ({ dim, layers, heads }) => ({
  name: 'transformer',
  kind: 'path',
  width: { entity: dim, relation: dim, query: dim },
  weights: specs(dim, layers),
  forward(entity, relation, weights, paths) {
    const { size, hops } = paths;
    const tokens = tokensOf(withHidden(entity, weights.hiddenEntity, paths), relation, paths);
    const position = tf.slice(weights.position, [0, 0], [2 * hops, dim]); // [tokens, dim]
    let x = tf.reshape(tf.add(tf.reshape(tokens, [size, 2 * hops, dim]), position), [
      size * 2 * hops,
      dim,
    ]) as Tensor2D;
    const states: Tensor2D[] = [];
    const attention: Tensor3D[] = [];
    for (let i = 0; i < layers; i++) {
      const next = block(x, weights, i, paths, heads);
      x = next.x;
      states.push(atRelations(x, paths));
      attention.push(next.attention);
    }
    const last = layerNorm(states[layers - 1], weights.outputNormScale, weights.outputNormShift);
    return { query: linear(last, weights.output, weights.outputBias), states, attention };
  },
  penalty: cubes,
});
