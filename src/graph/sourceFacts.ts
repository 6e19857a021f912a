import { compareKeys } from '../kg/keys.js';
import { concatTriples, dedupeTriples } from '../kg/triples.js';
import type { Triples } from '../kg/types.js';
import type { NamedFacts, ReadTriples } from './tripleColumns.js';

/** A source's facts in order, each once; `relation` counts into the source's own relations. */
export interface SourceFacts {
  readonly triples: Triples;
  /** Those that have facts, sorted by code unit. */
  readonly relations: readonly string[];
  /** Facts that repeat another one. */
  readonly duplicates: number;
}

/** The facts of a source: its relationships and those about its values, which may share relations. */
export function sourceFacts(read: ReadTriples, values: NamedFacts, entities: number): SourceFacts {
  if (values.relations.length === 0) return read;
  const parts = [read, values];
  const relations = [...new Set(parts.flatMap((part) => part.relations))].sort(compareKeys);
  const all = concatTriples(
    parts.map((part) => ({ ...part.triples, relation: renumbered(part, relations) })),
  );
  const triples = dedupeTriples(all, entities, relations.length);
  return { triples, relations, duplicates: read.duplicates + all.head.length - triples.head.length };
}

/** The facts of all sources with relations that they share; facts stay in order, as relations are in that of names. */
export function shareRelations(facts: readonly SourceFacts[]): { relations: string[]; triples: Triples[] } {
  const relations = [...new Set(facts.flatMap((one) => one.relations))].sort(compareKeys);
  const triples = facts.map((one) => ({ ...one.triples, relation: renumbered(one, relations) }));
  return { relations, triples };
}

/** [facts] relations as they count into other names. */
export function renumbered({ relations, triples }: NamedFacts, names: readonly string[]): Int32Array {
  const idOf = new Map(names.map((name, id) => [name, id]));
  const ids = Int32Array.from(relations, (name) => idOf.get(name) ?? -1);
  const { relation } = triples;
  const out = new Int32Array(relation.length);
  for (let i = 0; i < out.length; i++) out[i] = ids[relation[i]];
  return out;
}
