import { compareKeys } from '../kg/keys.js';
import { dedupeTriples } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';
import type { NamedTriples } from './tripleColumns.js';

/** A source's facts in order, each once; `relation` counts into the source's own relations. */
export interface SourceFacts {
  readonly triples: Triples;
  /** Those that have facts, sorted by code unit. */
  readonly relations: readonly string[];
  /** Facts that repeat another one. */
  readonly duplicates: number;
}

/** The facts of a source from their parts, of which several may be of one relation. */
export function sourceFacts(named: readonly NamedTriples[], entities: number): SourceFacts {
  const parts = named.filter(({ head }) => head.length > 0);
  const relations = [...new Set(parts.map(({ relation }) => relation))].sort(compareKeys);
  const idOf = new Map(relations.map((relation, id) => [relation, id]));
  const total = parts.reduce((sum, { head }) => sum + head.length, 0);
  const head = new Int32Array(total);
  const relation = new Int32Array(total);
  const tail = new Int32Array(total);
  const weight = parts.some((part) => part.weight) ? new Float32Array(total).fill(1) : undefined;
  let n = 0;
  for (const part of parts) {
    head.set(part.head, n);
    tail.set(part.tail, n);
    if (weight && part.weight) weight.set(part.weight, n);
    relation.fill(idOf.get(part.relation) as number, n, n + part.head.length);
    n += part.head.length;
  }
  const all = { head, relation, tail, ...(weight && { weight }) };
  const triples = dedupeTriples(all, entities, relations.length);
  return { triples, relations, duplicates: total - triples.head.length };
}

/** The facts of all sources with relations that they share; facts stay in order, as relations are in that of names. */
export function shareRelations(facts: readonly SourceFacts[]): { relations: string[]; triples: Triples[] } {
  const relations = [...new Set(facts.flatMap((one) => one.relations))].sort(compareKeys);
  const idOf = new Map(relations.map((relation, id) => [relation, id]));
  const triples = facts.map((one) => {
    const shared = Int32Array.from(one.relations, (name) => idOf.get(name) as number);
    const relation = one.triples.relation.map((own) => shared[own]);
    return { ...one.triples, relation };
  });
  return { relations, triples };
}
