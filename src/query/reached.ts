import { cypher } from '../graph/cypher.js';
import { ask, type Transaction } from '../graph/rows.js';
import type { FoundRelation } from './published.js';

/** Facts of one node that are counted or followed at most: more would make a question of a hub take minutes. */
export const MOST_KNOWN = 10_000;

/** How many facts of a relation a node has, up to {@link MOST_KNOWN}. */
export async function knownFacts(
  tx: Transaction,
  id: string,
  { types }: FoundRelation,
  inverse: boolean,
): Promise<number> {
  const asked = { id, types, inverse, most: BigInt(MOST_KNOWN) };
  const [{ known }] = await ask<{ known: number }>(tx, cypher('query-known'), asked);
  return known;
}

/**
 * What the graph's own facts lead to from a node along relations, one after the other; over a hub {@link MOST_KNOWN} of
 * them.
 *
 * @param id element id
 * @param inverse whether the relations are followed from tail to head
 * @returns element ids, each once
 */
export async function reached(
  tx: Transaction,
  id: string,
  relations: readonly FoundRelation[],
  inverse: boolean,
): Promise<string[]> {
  let ids = [id];
  for (const { types } of relations) {
    const found = await ask<{ id: string }>(tx, cypher('query-reached'), {
      ids,
      types,
      inverse,
      most: BigInt(MOST_KNOWN),
    });
    ids = found.map((one) => one.id);
  }
  return ids;
}
