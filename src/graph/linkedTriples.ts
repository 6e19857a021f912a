import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import { checkTypes, relationName, type TriplesInput, typeFilter } from './readTriples.js';
import type { Schema } from './schema.js';
import { type ReadTriples, readColumns, TripleColumns, type TypeColumns } from './tripleColumns.js';
import { type BadWeight, refuseWeights } from './weights.js';

/** Anchors a query. */
const WINDOW = 2000;

/**
 * The part of a source's relationships that the linked subgraph holds, pulled from the anchors by internal id in
 * windows; what leaves the set is dropped here by a bitset.
 *
 * @param anchors [entities] 1 where the entity is linked to one of the target
 * @param hops 0: both ends are anchors; 1: one end is
 * @throws KgmentorError as `readTriples`
 */
export async function readLinkedTriples(
  graph: Graph,
  schema: Schema,
  input: TriplesInput,
  anchors: Int32Array,
  hops: 0 | 1,
): Promise<ReadTriples> {
  const { name, source, entities, alignmentTypes } = input;
  checkTypes(schema, source);
  const filter = typeFilter(source, alignmentTypes, schema);
  const columns = new TripleColumns();
  const ids = Array.from(entities.ids.filter((id, entity) => id >= 0 && anchors[entity] === 1));
  const isAnchor = (id: number) => anchors[entities.at.get(id) ?? -1] === 1;
  for (let from = 0; from < ids.length; from += WINDOW) {
    const parameters = { ...filter, ids: ids.slice(from, from + WINDOW).map(BigInt) };
    // With hop 1 a relationship between two anchors comes from its head's window; the other one is dropped.
    for (const query of hops === 0 ? ['read-linked-out'] : ['read-linked-out', 'read-linked-in'])
      for (const window of await graph.read(async (tx) => readColumns(tx, cypher(query), parameters)))
        columns.add(
          chosen(window, (head, tail) =>
            query === 'read-linked-in' ? !isAnchor(head) : hops === 1 || isAnchor(tail),
          ),
        );
  }
  const wrong: BadWeight[] = [];
  const read = columns.resolve({
    at: entities.at,
    nameOf: relationName(source),
    onBadWeight: (bad) => wrong.push(bad),
  });
  refuseWeights(name, filter.weights, wrong);
  return read;
}

/** The relationships of a window that `keep` lets through. */
function chosen(
  { types, heads, tails, weights }: TypeColumns,
  keep: (head: number, tail: number) => boolean,
): TypeColumns {
  const picked = <T>(columns: readonly (readonly T[])[]) =>
    columns.map((column, i) => column.filter((_, j) => keep(heads[i][j], tails[i][j])));
  return { types, heads: picked(heads), tails: picked(tails), weights: picked(weights) };
}
