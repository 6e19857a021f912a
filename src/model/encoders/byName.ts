import { KgmentorError } from '../../errors.js';
import { complex } from './complex.js';
import { distmult } from './distmult.js';
import type { Encoder, EncoderKind, EncoderSize } from './encoder.js';
import { gruNetwork, lstmNetwork, rsn } from './recurrent.js';
import { rotate } from './rotate.js';
import { transe } from './transe.js';
import { transformer } from './transformer.js';

const ENCODERS: Readonly<Record<string, EncoderKind>> = {
  complex,
  distmult,
  transe,
  rotate,
  gru: gruNetwork,
  lstm: lstmNetwork,
  rsn,
  transformer,
};

/**
 * An encoder by its name.
 *
 * @throws KgmentorError USAGE for a name that no encoder has
 * @example
 * encoderOf('complex', { dim: 128, layers: 1, heads: 1 }).width.query; // 128
 */
export function encoderOf(name: string, size: EncoderSize): Encoder {
  const kind = Object.hasOwn(ENCODERS, name) ? ENCODERS[name] : undefined;
  if (!kind)
    throw new KgmentorError(
      'USAGE',
      `There is no encoder ${JSON.stringify(name)}; there are ${Object.keys(ENCODERS).join(', ')}.`,
    );
  return kind(size);
}
