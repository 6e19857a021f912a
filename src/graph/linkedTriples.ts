import type { SourceConfig } from '../config.js';
import type { Graph } from './connect.js';
import { cypher } from './cypher.js';
import type { ReadEntities } from './readEntities.js';
import { checkTypes, type NamedTriples, relationName, TripleColumns, typeFilter } from './readTriples.js';
import type { Schema } from './schema.js';

/** Anchors a query. */
const WINDOW = 2000;

/**
 * The part of a source's relationships that the linked subgraph holds, pulled from the anchors by internal id in
 * windows; what leaves the set is dropped here by a bitset.
 *
 * @param anchors [entities] 1 where the entity is linked to one of the target
 * @param hops 0: both ends are anchors; 1: one end is
 */
export async function readLinkedTriples(
  graph: Graph,
  schema: Schema,
  input: { source: SourceConfig; entities: ReadEntities; alignmentTypes: readonly string[] },
  anchors: Int32Array,
  hops: 0 | 1,
): Promise<NamedTriples[]> {
  const { source, entities, alignmentTypes } = input;
  checkTypes(schema, source);
  const filter = typeFilter(source, alignmentTypes, schema);
  const columns = new TripleColumns();
  const ids = Array.from(entities.ids.filter((_, entity) => anchors[entity] === 1));
  for (let from = 0; from < ids.length; from += WINDOW) {
    const parameters = { ...filter, ids: ids.slice(from, from + WINDOW).map(BigInt) };
    for (const name of hops === 0 ? ['read-linked-out'] : ['read-linked-out', 'read-linked-in']) {
      const { records } = await graph.read(async (tx) => tx.run(cypher(name), parameters));
      for (const record of records) {
        const heads = record.get('heads') as number[][];
        const tails = record.get('tails') as number[][];
        // With hop 1 a relationship between two anchors comes from its head's window; the other one is dropped.
        const keep = (i: number, j: number) => {
          const isAnchor = (id: number) => anchors[entities.at.get(id) ?? -1] === 1;
          return name === 'read-linked-in' ? !isAnchor(heads[i][j]) : hops === 1 || isAnchor(tails[i][j]);
        };
        columns.add(
          record.get('types') as string[],
          heads.map((list, i) => list.filter((_, j) => keep(i, j))),
          tails.map((list, i) => list.filter((_, j) => keep(i, j))),
        );
      }
    }
  }
  return columns.resolve(entities.at, relationName(source), () => undefined);
}
