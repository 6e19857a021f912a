import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../backend.js';
import { columnSums, type LstmStep, lstmStep, lstmStepBack, matMul } from '../ops.js';
import type { Save } from '../tape.js';
import { inRows } from './paths.js';

const tokensOf = (x: Tensor2D, size: number): Tensor2D[] => tf.split(x, x.shape[0] / size, 0);

/**
 * LSTM cells over all tokens of paths, with the gradient through time written out: one product gives that of the
 * recurrent weights, where the tape would add up one a token.
 *
 * @param gates [tokens · size, 4 · dim], token by token: input, forget, candidate and output as the tokens give them
 * @param recurrent [dim, 4 · dim] what the hidden state before adds to them @param bias [4 · dim]
 * @returns hidden states [tokens · size, dim]
 */
export const lstmLayer = (gates: Tensor2D, recurrent: Tensor2D, bias: Tensor1D, size: number): Tensor2D =>
  tf.customGrad((...args) => {
    const [x, weight, added, save] = args as unknown as [Tensor2D, Tensor2D, Tensor1D, Save];
    const steps: LstmStep[] = [];
    for (const token of tokensOf(x, size)) {
      const before = steps.at(-1);
      steps.push(
        lstmStep(token, added, before && { gates: matMul(before.hidden, weight), cell: before.cell }),
      );
    }
    const hidden = inRows(steps.map((step) => step.hidden));
    save([weight, hidden, ...steps.flatMap((step) => KEPT.map((name) => step[name]))]);
    return {
      value: hidden,
      gradFunc: (dy, saved) => {
        const [by, all, ...rest] = saved as Tensor2D[];
        return backward(tokensOf(dy as Tensor2D, size), by, all, keptSteps(rest));
      },
    };
  })(gates, recurrent, bias) as Tensor2D;

const KEPT = ['gates', 'cell', 'seen'] as const;
type Kept = Pick<LstmStep, (typeof KEPT)[number]>;

const keptSteps = (saved: readonly Tensor2D[]): Kept[] =>
  Array.from(
    { length: saved.length / KEPT.length },
    (_, t) =>
      Object.fromEntries(KEPT.map((name, i) => [name, saved[t * KEPT.length + i]])) as unknown as Kept,
  );

/** Gradients by the gates, the recurrent weights and the bias. @param hidden [tokens · size, dim] */
function backward(
  dHidden: readonly Tensor2D[],
  recurrent: Tensor2D,
  hidden: Tensor2D,
  steps: readonly Kept[],
): Tensor[] {
  const byStep: Tensor2D[] = [];
  let later: { dHidden: Tensor2D; dCell: Tensor2D } | undefined;
  for (let t = steps.length - 1; t >= 0; t--) {
    const before = steps[t - 1] as Kept | undefined;
    const { dGates, dCell } = lstmStepBack(steps[t], before?.cell, dHidden[t], later);
    byStep[t] = dGates;
    if (before) later = { dHidden: matMul(dGates, recurrent, false, true), dCell };
  }
  const dGates = inRows(byStep);
  return [dGates, recurrentGradient(hidden, dGates, byStep[0].shape[0], recurrent), columnSums(dGates)];
}

/** Each step's gates meet the hidden state before them. */
function recurrentGradient(hidden: Tensor2D, dGates: Tensor2D, size: number, recurrent: Tensor2D): Tensor2D {
  const rows = hidden.shape[0] - size;
  if (rows === 0) return tf.zerosLike(recurrent);
  return matMul(tf.slice(hidden, 0, rows), tf.slice(dGates, size, rows), true, false);
}
