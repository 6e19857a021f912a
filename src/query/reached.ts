import { cypher } from '../graph/cypher.js';
import { ask, type Transaction } from '../graph/rows.js';
import type { FoundRelation } from './published.js';

/**
 * What the graph's own facts lead to from a node along relations, one after the other.
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
    const found = await ask<{ id: string }>(tx, cypher('query-reached'), { ids, types, inverse });
    ids = found.map((one) => one.id);
  }
  return ids;
}
