import type { Graph } from '../../src/graph/connect.js';
import { withNames } from '../../src/graph/cypher.js';
import { newName } from '../../src/graph/names.js';
import { reference } from './bare.js';

/** Adds a node with so many relationships to the nodes of a label, linked to a new node of another label. */
export async function addHub(
  { driver, database }: Graph,
  {
    label,
    other,
    nodes,
    relationships,
  }: { label: string; other: string; nodes: number; relationships: number },
): Promise<void> {
  const names = { LABEL: newName('label', label), OTHER: newName('label', other) };
  const text = withNames(reference('write-hub-relationships'), names);
  const session = driver.session({ database });
  try {
    await session.run(withNames(reference('write-hub'), names));
    for (let done = 0; done < relationships; done += 2 * nodes) {
      const count = BigInt(Math.min(nodes, Math.ceil((relationships - done) / 2)));
      await session.run(text, { type: `hub ${done}`, count });
    }
  } finally {
    await session.close();
  }
}
