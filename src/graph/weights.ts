import type { SourceConfig } from '../config.js';
import { KgmentorError } from '../errors.js';
import { isWeight } from '../kg/weights.js';
import { requireName, type Schema } from './schema.js';

/** Relationship type → property with the weights of its facts; null where a source has no weights. */
export type WeightProperties = Readonly<Record<string, string>> | null;

/** What relationships of a type say about their weights; each is a value of a property. */
export interface BadWeight {
  readonly type: string;
  readonly value: unknown;
}

/**
 * The properties of weights that a source's config names, one for all types or by type.
 *
 * @throws KgmentorError USAGE for a type or property that the database does not have
 */
export function weightProperties(schema: Schema, source: SourceConfig): WeightProperties {
  const named = source.relations?.weight;
  if (named === undefined) return null;
  const byType =
    typeof named === 'string' ? schema.types.map((type) => [type, named]) : Object.entries(named);
  if (typeof named !== 'string')
    for (const type of Object.keys(named)) requireName(schema, 'relationship type', type);
  for (const property of typeof named === 'string' ? [named] : Object.values(named))
    requireName(schema, 'property', property);
  return Object.fromEntries(byType);
}

/** A weight as the database gives it: NaN where a relationship has none, undefined where it cannot weigh a fact. */
export function weightValue(value: unknown): number | undefined {
  if (value === null || value === undefined) return Number.NaN;
  return isWeight(value) ? value : undefined;
}

/** How many relationships have a weight that is none, with three examples. */
export function refuseWeights(
  source: string,
  properties: WeightProperties,
  wrong: readonly BadWeight[],
): void {
  if (wrong.length === 0) return;
  const shown = ({ type, value }: BadWeight) =>
    `${type}.${properties?.[type]} = ${typeof value === 'number' ? value : JSON.stringify(value)}`;
  throw new KgmentorError(
    'BAD_DATA',
    `${wrong.length} ${wrong.length === 1 ? 'relationship' : 'relationships'} of the source ${source} cannot be weighed, such as ${wrong.slice(0, 3).map(shown).join(', ')}.`,
    {
      next: 'A weight is a number above 0; a relationship without one counts as the mean of its type. Mend the values, name another property in relations.weight, or exclude the type.',
    },
  );
}
