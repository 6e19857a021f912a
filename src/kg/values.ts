import type { Entities } from './types.js';

/**
 * The label under which the values of properties are entities: one class for each relation that leads to them. No node
 * label of a configuration begins with `=`.
 *
 * @example
 * entityKey(valueLabel('HAS_GENRE'), ['Comedy']); // '["=HAS_GENRE","Comedy"]'
 */
export const valueLabel = (relation: string): string => `=${relation}`;

/** Whether a label is that of values, which are no nodes of the graph. */
export const isValueLabel = (label: string): boolean => label.startsWith('=');

/** [entities] 1 for values; undefined where all are nodes. */
export function valueMask({ labels, label }: Entities): Uint8Array | undefined {
  const isValue = labels.map(isValueLabel);
  return isValue.includes(true) ? Uint8Array.from(label, (id) => Number(isValue[id])) : undefined;
}
