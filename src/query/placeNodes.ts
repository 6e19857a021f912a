import { cypher, withNames } from '../graph/cypher.js';
import { newName } from '../graph/names.js';
import { ask, type Transaction } from '../graph/rows.js';
import { fitVector, type KnownFact, type RelationVectors, referenceOf } from './fitVector.js';
import type { NewNode } from './newNodes.js';
import type { Published } from './published.js';

/** Facts of a node that are looked at, at most: a vector of some hundred numbers is told well enough by them. */
const FACTS = 200;
/** Facts of a relationship type that tell what is usual, at most, and of all types together. */
const SAMPLED = { ofType: 200, together: 10_000 };

interface FactRow {
  readonly id: string;
  readonly type: string;
  readonly outgoing: boolean;
  readonly other: string;
  readonly vector: readonly number[] | null;
}

/** Vectors of new nodes by their facts, round by round: first those that nodes with vectors lead to. */
export async function placeNodes(
  tx: Transaction,
  published: readonly Published[],
  nodes: readonly NewNode[],
): Promise<{
  placed: (NewNode & { readonly facts: number; readonly vector: readonly number[] })[];
  unplaced: NewNode[];
}> {
  const [{ model, encoder, geometry, slot }] = published;
  const named = await ask<{ name: string; types: string[] }>(tx, cypher('query-relation-types'), { model });
  const nameOf = new Map(named.flatMap(({ name, types }) => types.map((type) => [type, name])));
  const facts = await ask<FactRow>(tx, cypher('query-node-facts'), {
    ids: nodes.map(({ id }) => id),
    types: [...nameOf.keys()],
    labels: published.map(({ label }) => label),
    slot,
    most: BigInt(FACTS),
  });
  const types = [...new Set(facts.map(({ type }) => type))].sort();
  const relations = await relationsOf(tx, model, nameOf, types);
  const sample = await sampleOf(tx, published, relations);
  const placed: Awaited<ReturnType<typeof placeNodes>>['placed'] = [];
  let waiting = [...nodes];
  if (sample.length === 0) return { placed, unplaced: waiting };
  const reference = referenceOf({ encoder, geometry }, sample);
  const vectors = new Map<string, readonly number[]>();
  const mine = new Map<string, FactRow[]>();
  for (const fact of facts) mine.set(fact.id, [...(mine.get(fact.id) ?? []), fact]);
  for (let before = -1; before !== placed.length; ) {
    before = placed.length;
    const fitted = waiting.flatMap((node) => {
      const seen = (mine.get(node.id) ?? []).flatMap(({ type, outgoing, other, vector }) => {
        const known = vector ?? vectors.get(other);
        const relation = relations.get(type);
        return known && relation ? [{ relation, outgoing, other: known }] : [];
      });
      if (seen.length === 0) return [];
      return [{ ...node, facts: seen.length, vector: fitVector({ encoder, geometry }, seen, reference) }];
    });
    placed.push(...fitted);
    for (const { id, vector } of fitted) vectors.set(id, vector);
    waiting = waiting.filter(({ id }) => !vectors.has(id));
  }
  return { placed, unplaced: waiting };
}

/** Relationship type → the vectors of the relation that it stands for. */
async function relationsOf(
  tx: Transaction,
  model: string,
  nameOf: ReadonlyMap<string, string>,
  types: readonly string[],
): Promise<Map<string, RelationVectors>> {
  const names = [...new Set(types.map((type) => nameOf.get(type)))];
  const found = await ask<RelationVectors>(tx, cypher('query-relation-vectors'), { model, names });
  const byName = new Map(found.map((one) => [one.name, one]));
  return new Map(
    types.flatMap((type) => {
      const relation = byName.get(nameOf.get(type) as string);
      return relation ? [[type, relation] as const] : [];
    }),
  );
}

async function sampleOf(
  tx: Transaction,
  published: readonly Published[],
  relations: ReadonlyMap<string, RelationVectors>,
): Promise<KnownFact[]> {
  const most = Math.min(SAMPLED.ofType, Math.max(1, Math.floor(SAMPLED.together / relations.size)));
  const parameters = {
    labels: published.map(({ label }) => label),
    slot: published[0].slot,
    most: BigInt(most),
  };
  const sample: KnownFact[] = [];
  for (const [type, relation] of relations) {
    const text = withNames(cypher('query-type-sample'), { TYPE: newName('relationship type', type) });
    const of = (share: number | null) =>
      ask<Omit<KnownFact, 'relation'> & { share: number }>(tx, text, { ...parameters, share });
    const even = await of(null);
    // Where most facts of the type are other sources', few of these are chosen: then the first ones tell more.
    const isAll = even.length > 0 && even[0].share >= 1;
    const found = even.length < most / 2 && !isAll ? await of(1) : even;
    for (const { head, tail } of found) sample.push({ relation, head, tail });
  }
  return sample;
}
