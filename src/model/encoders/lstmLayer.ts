import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import { matMul, sigmoidGradient, tanhGradient } from '../ops.js';
import { inRows } from './paths.js';

/** What a token's gates were, each [size, dim], and the cell before them. */
interface Step {
  readonly input: Tensor2D;
  readonly forget: Tensor2D;
  readonly candidate: Tensor2D;
  readonly output: Tensor2D;
  /** tanh of the cell. */
  readonly seen: Tensor2D;
  readonly cell: Tensor2D;
  readonly hidden: Tensor2D;
}

const mul = (x: Tensor2D, y: Tensor2D): Tensor2D => tf.mul(x, y);
const add = (x: Tensor2D, y: Tensor2D): Tensor2D => tf.add(x, y);
const tokensOf = (x: Tensor2D, size: number): Tensor2D[] => tf.split(x, x.shape[0] / size, 0);

/**
 * LSTM cells over all tokens of paths, with the gradient through time written out: one product gives that of the
 * recurrent weights, where the tape would add up one a token.
 *
 * @param gates [tokens · size, 4 · dim], token by token: input, forget, candidate and output as the tokens give them
 * @param recurrent [dim, 4 · dim] what the hidden state before adds to them
 * @returns hidden states [tokens · size, dim]
 */
export const lstmLayer = (gates: Tensor2D, recurrent: Tensor2D, size: number): Tensor2D =>
  tf.customGrad((...args) => {
    const [x, weight, save] = args as unknown as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const steps: Step[] = [];
    for (const token of tokensOf(x, size)) steps.push(forward(token, weight, steps.at(-1)));
    save([weight, ...steps.flatMap((step) => NAMES.map((name) => step[name]))]);
    return {
      value: inRows(steps.map(({ hidden }) => hidden)),
      gradFunc: (dy, saved) => {
        const [kept, ...rest] = saved as Tensor2D[];
        return backward(tokensOf(dy as Tensor2D, size), kept, stepsOf(rest));
      },
    };
  })(gates, recurrent) as Tensor2D;

const NAMES = ['input', 'forget', 'candidate', 'output', 'seen', 'cell', 'hidden'] as const;

const stepsOf = (saved: readonly Tensor2D[]): Step[] =>
  Array.from(
    { length: saved.length / NAMES.length },
    (_, t) =>
      Object.fromEntries(NAMES.map((name, i) => [name, saved[t * NAMES.length + i]])) as unknown as Step,
  );

function forward(token: Tensor2D, recurrent: Tensor2D, before: Step | undefined): Step {
  const gates = before ? add(token, matMul(before.hidden, recurrent)) : token;
  const [i, f, c, o] = tf.split(gates, 4, 1) as Tensor2D[];
  const [input, forget, candidate, output] = [tf.sigmoid(i), tf.sigmoid(f), tf.tanh(c), tf.sigmoid(o)];
  const fresh = mul(input, candidate);
  const cell = before ? add(mul(forget, before.cell), fresh) : fresh;
  const seen = tf.tanh(cell);
  return { input, forget, candidate, output, seen, cell, hidden: mul(output, seen) };
}

/** Gradients by the gates and by the recurrent weights. */
function backward(dHidden: readonly Tensor2D[], recurrent: Tensor2D, steps: readonly Step[]): Tensor2D[] {
  const dGates: Tensor2D[] = [];
  let later: { dHidden: Tensor2D; dCell: Tensor2D } | undefined;
  for (let t = steps.length - 1; t >= 0; t--) {
    const { input, forget, candidate, output, seen } = steps[t];
    const before = steps[t - 1] as Step | undefined;
    const d = later ? add(dHidden[t], later.dHidden) : dHidden[t];
    const byOutput = tanhGradient(seen, mul(d, output));
    const dCell = later ? add(byOutput, later.dCell) : byOutput;
    const dGate = tf.concat(
      [
        sigmoidGradient(input, mul(dCell, candidate)),
        before ? sigmoidGradient(forget, mul(dCell, before.cell)) : tf.zerosLike(dCell),
        tanhGradient(candidate, mul(dCell, input)),
        sigmoidGradient(output, mul(d, seen)),
      ],
      1,
    );
    dGates[t] = dGate;
    if (before) later = { dHidden: matMul(dGate, recurrent, false, true), dCell: mul(dCell, forget) };
  }
  const hidden = steps.slice(0, -1).map((step) => step.hidden);
  const dRecurrent =
    hidden.length > 0
      ? matMul(inRows(hidden), inRows(dGates.slice(1)), true, false)
      : tf.zerosLike(recurrent);
  return [inRows(dGates), dRecurrent];
}
