import { tripleSet } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';

/**
 * Which held-out facts stand literally in another source, so that a lookup through the links finds them.
 *
 * @param background other sources' triples on the target's entities
 * @returns [facts] 1 where copied
 */
export function copiedFacts(
  facts: Triples,
  background: Triples,
  entities: number,
  relations: number,
): Uint8Array {
  const known = tripleSet(background, entities, relations);
  return Uint8Array.from(facts.head, (head, i) => Number(known.has(head, facts.relation[i], facts.tail[i])));
}
