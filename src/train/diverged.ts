import { KgmentorError } from '../errors.js';
import type { StoredTensor } from '../model/safetensors.js';

/** A training that ran away, as rates that are too high make it. */
export function diverged(what: string, epoch: number, step: number): KgmentorError {
  return new KgmentorError(
    'UNEXPECTED',
    `The ${what} in epoch ${epoch}, step ${step}: the training diverged.`,
    {
      next: 'Train anew with a lower learningRate, or look for weights and confidences that are too large.',
    },
  );
}

/** Whether stored floats all are numbers: a sum tells, as no sum of sound weights overflows. */
export const areFinite = (tensors: Readonly<Record<string, StoredTensor>>): boolean =>
  Object.values(tensors).every(({ data }) => {
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += data[i];
    return Number.isFinite(sum);
  });
