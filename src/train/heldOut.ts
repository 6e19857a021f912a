import type { Config } from '../config.js';
import { splitByHash } from '../kg/split.js';
import type { Dataset, Split } from '../kg/types.js';

/**
 * The facts held out of each source, chosen by a keyed hash of the fact itself: the same ones after an import, a
 * growth or a retraining, for the teacher and for every student.
 */
export function heldOut(
  dataset: Dataset,
  options: Pick<Config['heldOut'], 'valid' | 'test' | 'key'>,
): Record<string, Split> {
  return Object.fromEntries(
    dataset.sources.map(({ name, entities, triples }) => [
      name,
      splitByHash(triples, entities.keys, dataset.relations, options),
    ]),
  );
}
