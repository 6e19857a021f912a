import type { Graph } from '../src/graph/connect.js';
import { importEntities, importTriples } from '../src/graph/import.js';
import type { DemoGraph } from './graph.js';

/** Imports one source as a natural graph: nodes with their keys and properties, then relationships. */
export async function importGraph(
  graph: Graph,
  { source, nodes, relationships }: DemoGraph,
): Promise<{ nodes: number; relationships: number; created: number }> {
  let created = 0;
  let count = 0;
  for (const { label, key, properties, rows } of nodes) {
    const table = [[key, ...properties], ...rows];
    const result = await importEntities(graph, { source, nodes: { label, key }, rows: table, header: true });
    created += result.nodesCreated;
    count += rows.length;
  }
  let facts = 0;
  const keyOf = (label: string) => nodes.find((table) => table.label === label)?.key as string;
  for (const { from, to, rows } of relationships) {
    const result = await importTriples(graph, {
      source,
      nodes: { label: from, key: keyOf(from) },
      tails: { label: to, key: keyOf(to) },
      rows,
    });
    created += result.relationshipsCreated;
    facts += rows.length;
  }
  return { nodes: count, relationships: facts, created };
}
