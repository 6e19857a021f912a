import type { Graph } from './connect.js';
import { cypher, withNames } from './cypher.js';
import { checkedName, type Schema } from './schema.js';

/**
 * The properties of a source's entities as text: what describes them besides their names.
 *
 * @param ids entity → internal id of this export
 * @returns of each entity: property → values
 */
export async function readDescriptions(
  graph: Graph,
  schema: Schema,
  labels: readonly string[],
  ids: Float64Array,
): Promise<ReadonlyMap<string, readonly string[]>[]> {
  const at = new Map(Array.from(ids, (id, entity) => [id, entity]));
  const out: ReadonlyMap<string, readonly string[]>[] = Array.from(ids, () => new Map());
  for (const [i, label] of labels.entries()) {
    const text = withNames(cypher('read-descriptions'), { LABEL: checkedName(schema, 'label', label) });
    await graph.read(
      async (tx) => {
        for await (const record of tx.run(text, { earlier: labels.slice(0, i) })) {
          const names = record.get('names') as string[][];
          const values = record.get('values') as (string | null)[][][];
          for (const [row, id] of (record.get('ids') as number[]).entries()) {
            const entity = at.get(id);
            if (entity === undefined) continue;
            out[entity] = new Map(
              names[row].map((name, p) => [name, values[row][p].filter((value) => value !== null)]),
            );
          }
        }
      },
      { fetchSize: 10 },
    );
  }
  return out;
}
