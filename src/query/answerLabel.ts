import { KgmentorError } from '../errors.js';
import { cypher, withNames } from '../graph/cypher.js';
import { newName } from '../graph/names.js';
import { ask, type Transaction } from '../graph/rows.js';
import type { FoundRelation, Published } from './published.js';

/**
 * Among the labels that a source publishes, the one that answers (node, relation, ?) most often in the graph, or
 * (?, relation, node) where `inverse`.
 *
 * @param label of the node
 * @throws KgmentorError USAGE where no fact of the relation tells
 * @example
 * await answerLabel(tx, published, 'Person', { name: 'ACTED_IN', types: ['ACTED_IN'], vector }, false); // 'Movie'
 */
export async function answerLabel(
  tx: Transaction,
  published: readonly Published[],
  label: string,
  { name, types }: FoundRelation,
  inverse: boolean,
): Promise<string> {
  const own = newName('label', label);
  let best = { label: '', count: 0 };
  for (const { label: other } of published) {
    const [HEAD, TAIL] = inverse ? [newName('label', other), own] : [own, newName('label', other)];
    const text = withNames(cypher('query-answer-label'), { HEAD, TAIL });
    const [{ count }] = await ask<{ count: number }>(tx, text, { types });
    if (count > best.count) best = { label: other, count };
  }
  if (best.count > 0) return best.label;
  throw new KgmentorError(
    'USAGE',
    `No fact of ${JSON.stringify(name)} ${inverse ? 'ends' : 'begins'} at a ${label} node, so the label of its answers is not known.`,
    {
      next: `Ask in the other direction, or name that label (--candidates): ${published.map((one) => one.label).join(', ')}.`,
    },
  );
}

/**
 * The labels that each relation of a path leads to from a label, by {@link answerLabel} step by step.
 *
 * @param last the last one's, where it is known
 * @throws KgmentorError USAGE where no fact of a relation tells
 */
export async function labelsAlong(
  tx: Transaction,
  published: readonly Published[],
  label: string,
  relations: readonly FoundRelation[],
  inverse: boolean,
  last?: string,
): Promise<string[]> {
  const labels: string[] = [];
  for (const [i, relation] of relations.entries())
    labels.push(
      last !== undefined && i === relations.length - 1
        ? last
        : await answerLabel(tx, published, labels.at(-1) ?? label, relation, inverse),
    );
  return labels;
}
