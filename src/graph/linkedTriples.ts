import type { Graph } from './connect.js';
import { readRelationships } from './readRelationships.js';
import { checkTypes, nodesOf, relationName, type TriplesInput, typeFilter } from './readTriples.js';
import { readWindows } from './readWindows.js';
import type { Schema } from './schema.js';
import { type ReadTriples, TripleColumns } from './tripleColumns.js';
import { type BadWeight, refuseWeights } from './weights.js';

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
  anchors: Uint8Array,
  hops: 0 | 1,
): Promise<ReadTriples> {
  const { name, source, entities, alignmentTypes } = input;
  checkTypes(schema, source);
  const filter = typeFilter(source, alignmentTypes, schema);
  const nodes = readWindows(...nodesOf(entities, (entity) => anchors[entity] === 1));
  const wrong: BadWeight[] = [];
  let direction: 'out' | 'in' = 'out';
  const columns = new TripleColumns({
    at: entities.at,
    entities: entities.ids.length,
    nameOf: relationName(source),
    // With hop 1 a relationship between two anchors comes from its head's window; the other one is dropped.
    keep: (head, tail) => (direction === 'in' ? anchors[head] !== 1 : hops === 1 || anchors[tail] === 1),
    onBadWeight: (bad) => wrong.push(bad),
  });
  for await (const window of readRelationships(graph, nodes, filter, direction)) columns.add(window);
  if (hops === 1) {
    direction = 'in';
    for await (const window of readRelationships(graph, nodes, filter, direction)) columns.add(window);
  }
  refuseWeights(name, filter.weights, wrong);
  return columns.done();
}
